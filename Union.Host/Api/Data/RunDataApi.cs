using Flyteidl2.Workflow;
using Grpc.Core;
using MediatR;
using Union.Core.ComputePlane.Actions;
using Commands = Union.Core.ComputePlane.Objects;

namespace Union.Host.Api.Data;

/// <summary>The methods of RunService that carry data: the run's cluster serves them.</summary>
internal sealed class RunDataApi(IMediator mediator) : RunService.RunServiceBase
{
    [Obsolete("Deprecated by the contract for the method of DataProxyService; older clients call it.")]
    public override async Task<GetActionDataResponse> GetActionData(GetActionDataRequest request, ServerCallContext context)
    {
        var id = ActionNames.Read(request.ActionId);
        var data = await mediator.Send(
            new Commands.GetActionData(id.Project, id.Domain, id.Run, id.Action), context.CancellationToken);
        return new GetActionDataResponse { Inputs = data.Inputs, Outputs = data.Outputs };
    }

    /// <summary>Resolves a condition; the value is customer data, so the cluster takes it.</summary>
    public override async Task<SignalEventResponse> SignalEvent(SignalEventRequest request, ServerCallContext context)
    {
        var id = ActionNames.Read(request.ActionId);
        var (value, type) = SignalValues.Read(request.Payload);
        await mediator.Send(
            new SignalCondition(id.Project, id.Domain, id.Run, id.Action, value, type), context.CancellationToken);
        return new SignalEventResponse();
    }

    /// <summary>What an orchestrator of containers says about an attempt; an executor of processes has nothing to say.</summary>
    public override Task WatchClusterEvents(
        WatchClusterEventsRequest request, IServerStreamWriter<WatchClusterEventsResponse> responseStream,
        ServerCallContext context) => Task.CompletedTask;
}
