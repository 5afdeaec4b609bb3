using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>The queues of a cluster by name, with what they hold now.</summary>
/// <param name="Cluster">Name of the cluster; empty is the one that new work goes to.</param>
public sealed record ListQueues(string Cluster) : IUseCase<ListedQueues>, IUserRequest
{
    public Verb Verb => Verb.ClustersRead;

    public string? Project => null;

    public string? Domain => null;
}

public sealed record ListedQueues(ClusterRow Cluster, Drain Drain, IReadOnlyList<QueueSummary> Queues);

/// <param name="Waiting">Runs that have not begun, counted to the queue's limit.</param>
/// <param name="Running">Actions that run, those with children not counted.</param>
public sealed record QueueSummary(QueueRow Row, long Waiting, long Running);

internal sealed class ListQueuesHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListQueues, ListedQueues>
{
    public Task<ListedQueues> Handle(ListQueues request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ListAsync(session, request), cancellationToken);

    private async Task<ListedQueues> ListAsync(Session session, ListQueues request)
    {
        var org = caller.Principal.Org;
        var cluster = await QueueClusters.FindAsync(session, org, request.Cluster);
        var listed = new List<QueueSummary>();
        foreach (var queue in await QueueStore.ListAsync(session, org, cluster.Id))
        {
            listed.Add(new QueueSummary(
                queue, await QueueStore.CountWaitingAsync(session, queue), await QueueStore.CountRunningAsync(session, queue)));
        }

        return new ListedQueues(cluster, await QueueStore.ClusterDrainAsync(session, org, cluster.Id), listed);
    }
}
