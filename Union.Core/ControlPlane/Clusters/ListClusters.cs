using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>The clusters of the caller's org, by name, with what they do now.</summary>
public sealed record ListClusters : IUseCase<IReadOnlyList<ListedCluster>>, IUserRequest
{
    public Verb Verb => Verb.ClustersRead;

    public string? Project => null;

    public string? Domain => null;
}

/// <summary>Numbered as in union.admin.v1.ClusterState.</summary>
public enum ClusterState
{
    Enrolled = 1,
    Online = 2,
    Unreachable = 3,
    Revoked = 4,
}

public sealed record ListedCluster(ClusterRow Row, ClusterState State, long Running, long Queued);

internal sealed class ListClustersHandler(MetadataDatabase database, Caller caller, IClusterConnections connections)
    : IRequestHandler<ListClusters, IReadOnlyList<ListedCluster>>
{
    public Task<IReadOnlyList<ListedCluster>> Handle(ListClusters request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, ListAsync, cancellationToken);

    private async Task<IReadOnlyList<ListedCluster>> ListAsync(Session session)
    {
        var listed = new List<ListedCluster>();
        foreach (var row in await ClusterStore.ListAsync(session, caller.Principal.Org))
        {
            listed.Add(new ListedCluster(
                row, StateOf(row), await CountRunningAsync(session, row), await CountQueuedAsync(session, row)));
        }

        return listed;
    }

    private ClusterState StateOf(ClusterRow row) => row switch
    {
        { RevokedAt: not null } => ClusterState.Revoked,
        _ when connections.IsOnline(row.Id) => ClusterState.Online,
        { LastSeenAt: null } => ClusterState.Enrolled,
        _ => ClusterState.Unreachable,
    };

    private static Task<long> CountRunningAsync(Session session, ClusterRow cluster)
    {
        const string sql = """
            select count(*) from attempts where org = @Org and cluster_id = @Id and assigned_at > 0 and ended_at is null
            """;
        return session.ScalarAsync(sql, new { cluster.Org, cluster.Id });
    }

    private static Task<long> CountQueuedAsync(Session session, ClusterRow cluster)
    {
        const string sql = """
            select (select count(*) from actions where org = @Org and cluster_id = @Id and queue_state = 1)
                 + (select count(*)
                      from actions
                     where org = @Org and cluster_id = @Id and queue_state = 5 and parent_id is null and ended_at is null)
            """;
        return session.ScalarAsync(sql, new { cluster.Org, cluster.Id });
    }
}
