using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Queues;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Assigned, and not confirmed in time.</summary>
internal sealed record LateAction(long Id, long RunId, long Fence);

/// <summary>What a lease looks at before it takes anything, in one round trip however much there is.</summary>
/// <param name="Cluster">As it was before this lease.</param>
internal sealed record SeenWork(
    ClusterRow? Cluster, Drain Drain, IReadOnlyList<QueueRow> Queues, IReadOnlyList<AttemptRow> ToEnd,
    IReadOnlyList<LateAction> Late, IReadOnlyList<DueCondition> Due)
{
    /// <summary>How fresh "last seen" is; writing it at every lease would make leases wait for reports.</summary>
    public static readonly TimeSpan NotedWithin = TimeSpan.FromSeconds(5);

    /// <param name="ended">Attempts that the cluster has ended because it was asked to.</param>
    public static async Task<SeenWork> ReadAsync(
        Session session, ClusterIdentity cluster, IReadOnlyList<AttemptKey> ended, DateTimeOffset now)
    {
        var (org, id) = (cluster.Org, cluster.ClusterId);
        var row = ClusterStore.FindForLease(cluster);
        var (drain, queues) = (QueueStore.ClusterDrain(org, id), QueueStore.Stored(org, id));
        var (end, late, due) = (AttemptStore.ToEnd(org, id), LateActions(cluster, now), ConditionTimeouts.Due(cluster, now));
        await session.BatchAsync(
        [
            // The cluster's row before any attempt's: a report holds it first and waits for what it reports of.
            row, ClusterStore.Seen(cluster, now, now - NotedWithin),
            .. ended.Select(a => AttemptStore.Ended(org, id, a.Uid, now.ToMicros())),
            drain, queues, end, late, due,
        ]);
        return new SeenWork(
            row.First, (Drain)drain.First, QueueStore.WithDefault(org, id, queues.Rows), end.Rows, late.Rows, due.Rows);
    }

    private static Query<LateAction> LateActions(ClusterIdentity cluster, DateTimeOffset now)
    {
        const string sql = """
            select id as Id, run_id as RunId, fence as Fence
              from actions
             where org = @Org and cluster_id = @ClusterId and queue_state = 2 and assigned_till < @now
             limit 100
            """;
        return new Query<LateAction>(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros() });
    }
}
