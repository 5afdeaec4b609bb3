using Grpc.Core;
using MediatR;
using Union.Contracts.Admin.V1;
using Union.Core.ControlPlane.Queues;

namespace Union.Host.Api;

internal sealed class QueueAdminApi(IMediator mediator) : QueueAdminService.QueueAdminServiceBase
{
    public override async Task<ListQueuesResponse> ListQueues(ListQueuesRequest request, ServerCallContext context)
    {
        var listed = await mediator.Send(new ListQueues(request.Cluster), context.CancellationToken);
        return new ListQueuesResponse
        {
            Queues = { listed.Queues.Select(q => ToMessage(listed.Cluster.Name, q)) },
            ClusterState = ToState(listed.Drain),
        };
    }

    public override async Task<SetQueueResponse> SetQueue(SetQueueRequest request, ServerCallContext context)
    {
        await mediator.Send(
            new SetQueueRules(
                request.Cluster, request.Name, request.HasWeight ? request.Weight : null,
                request.HasMaxRuns ? request.MaxRuns : null, request.HasMaxActions ? request.MaxActions : null,
                request.HasMaxWaiting ? request.MaxWaiting : null,
                request.State == DrainState.Unspecified ? null : ToDrain(request.State)),
            context.CancellationToken);
        return new SetQueueResponse();
    }

    public override async Task<SetClusterDrainResponse> SetClusterDrain(
        SetClusterDrainRequest request, ServerCallContext context)
    {
        await mediator.Send(new DrainCluster(request.Cluster, ToDrain(request.State)), context.CancellationToken);
        return new SetClusterDrainResponse();
    }

    private static Queue ToMessage(string cluster, QueueSummary queue) => new()
    {
        Cluster = cluster,
        Name = queue.Row.Name,
        Weight = (uint)queue.Row.Weight,
        MaxRuns = (uint)queue.Row.MaxRuns,
        MaxActions = (uint)queue.Row.MaxActions,
        MaxWaiting = (uint)queue.Row.MaxWaiting,
        State = ToState(queue.Row.Drain),
        Waiting = (uint)queue.Waiting,
        Running = (uint)queue.Running,
    };

    // The wire counts from 1; what it does not know becomes a value that the validator refuses.
    private static Drain ToDrain(DrainState state) => (Drain)((long)state - 1);

    private static DrainState ToState(Drain drain) => (DrainState)((int)drain + 1);
}
