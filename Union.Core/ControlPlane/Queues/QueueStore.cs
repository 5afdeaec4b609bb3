using Union.Core.Boundary.Identity;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>An action that was taken from a queue, and since when it waited there.</summary>
internal sealed record ClaimedAction(long Id, long QueuedAt);

/// <summary>Queues, and what waits in them. Each statement reads no more than it answers or counts, however long a queue is.</summary>
internal static class QueueStore
{
    private const string Columns = """
        select org as Org, cluster_id as ClusterId, name as Name, weight as Weight, max_runs as MaxRuns,
               max_actions as MaxActions, max_waiting as MaxWaiting, drain as Drain, updated_at as UpdatedAt,
               updated_by as UpdatedBy
          from queues
        """;

    /// <summary>The queues of a cluster by name, the default one always.</summary>
    public static async Task<IReadOnlyList<QueueRow>> ListAsync(Session session, string org, string clusterId)
    {
        var stored = Stored(org, clusterId);
        await session.BatchAsync([stored]);
        return WithDefault(org, clusterId, stored.Rows);
    }

    /// <summary>The queues of a cluster that somebody made.</summary>
    public static Query<QueueRow> Stored(string org, string clusterId)
    {
        const string sql = Columns + """

             where org = @org and cluster_id = @clusterId
             order by name
            """;
        return new Query<QueueRow>(sql, new { org, clusterId });
    }

    public static IReadOnlyList<QueueRow> WithDefault(string org, string clusterId, IReadOnlyList<QueueRow> stored) =>
        stored.Any(q => q.Name == QueueRow.DefaultName)
            ? stored
            : [QueueRow.Of(org, clusterId, QueueRow.DefaultName), .. stored];

    /// <summary>Null for one that nobody made; the default queue is always there.</summary>
    public static async Task<QueueRow?> FindAsync(Session session, string org, string clusterId, string name)
    {
        const string sql = Columns + """

             where org = @org and cluster_id = @clusterId and name = @name
            """;
        var found = await session.FindAsync<QueueRow>(sql, new { org, clusterId, name });
        return found ?? (name == QueueRow.DefaultName ? QueueRow.Of(org, clusterId, name) : null);
    }

    /// <summary>Whoever counts what runs of a queue before adding to it holds this, so that a limit is kept exactly.</summary>
    public static Task<QueueRow?> LockAsync(Session session, QueueRow queue)
    {
        const string sql = Columns + """

             where org = @Org and cluster_id = @ClusterId and name = @Name
            /*postgres for no key update */
            """;
        return session.FindAsync<QueueRow>(sql, queue);
    }

    public static Task SetAsync(Session session, QueueRow queue)
    {
        const string sql = """
            insert into queues (org, cluster_id, name, weight, max_runs, max_actions, max_waiting, drain, updated_at,
                                updated_by)
            values (@Org, @ClusterId, @Name, @Weight, @MaxRuns, @MaxActions, @MaxWaiting, @Drain, @UpdatedAt, @UpdatedBy)
            on conflict (org, cluster_id, name) do update
               set weight = excluded.weight, max_runs = excluded.max_runs, max_actions = excluded.max_actions,
                   max_waiting = excluded.max_waiting, drain = excluded.drain, updated_at = excluded.updated_at,
                   updated_by = excluded.updated_by
            """;
        return session.ExecuteAsync(sql, queue);
    }

    /// <summary>
    /// Takes the next actions of a queue. Two leases never get the same: one that is taken by a transaction under way is
    /// passed over. The CTE is materialized because a planner may otherwise run the limited select once more for each row.
    /// </summary>
    public static Task<IReadOnlyList<ClaimedAction>> ClaimAsync(Session session, QueueRow queue, int limit, long till)
    {
        const string sql = """
            with next as materialized (
                select id
                  from actions
                 where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state = 1
                 order by place, id
                 limit @limit
                /*postgres for no key update skip locked */
            )
            update actions
               set queue_state = 2, fence = fence + 1, assigned_till = @till
              from next
             where actions.org = @Org and actions.id = next.id
            returning actions.id as Id, actions.queued_at as QueuedAt
            """;
        return session.QueryAsync<ClaimedAction>(sql, new { queue.Org, queue.ClusterId, queue.Name, limit, till });
    }

    /// <summary>
    /// Takes the children that came last. What a cluster holds then grows with the depth of what it runs, and not with the
    /// breadth: whoever waits is served before anybody else is begun that may wait.
    /// </summary>
    public static Task<IReadOnlyList<ClaimedAction>> ClaimChildrenAsync(
        Session session, QueueRow queue, int limit, long till)
    {
        const string sql = """
            with next as materialized (
                select id
                  from actions
                 where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state = 1
                   and parent_id is not null
                 order by id desc
                 limit @limit
                /*postgres for no key update skip locked */
            )
            update actions
               set queue_state = 2, fence = fence + 1, assigned_till = @till
              from next
             where actions.org = @Org and actions.id = next.id
            returning actions.id as Id, actions.queued_at as QueuedAt
            """;
        return session.QueryAsync<ClaimedAction>(sql, new { queue.Org, queue.ClusterId, queue.Name, limit, till });
    }

    /// <summary>
    /// How many actions of a queue run, or are handed out. One that has children does not count: it waits for them, and
    /// they could not begin if it took their place.
    /// </summary>
    public static Task<long> CountRunningAsync(Session session, QueueRow queue)
    {
        const string sql = """
            select count(*)
              from attempts y
              join actions a on a.id = y.action_id and a.org = y.org and a.fence = y.fence
             where y.org = @Org and y.cluster_id = @ClusterId and y.assigned_at > 0 and y.ended_at is null
               and a.queue = @Name and a.ended_at is null and a.queue_state <> 1
               and (select c.id from actions c where c.org = @Org and c.parent_id = a.id limit 1) is null
            """;
        return session.ScalarAsync(sql, queue);
    }

    /// <summary>How many runs of a queue are under way or could begin now; counts to @MaxRuns at most.</summary>
    public static Task<long> CountBegunAsync(Session session, QueueRow queue)
    {
        const string sql = """
            select count(*)
              from (select id
                      from actions
                     where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state < 5
                       and parent_id is null and ended_at is null
                     limit @MaxRuns) x
            """;
        return session.ScalarAsync(sql, queue);
    }

    /// <summary>How many runs of a queue have not begun; counts to @MaxWaiting at most.</summary>
    public static Task<long> CountWaitingAsync(Session session, QueueRow queue)
    {
        const string sql = """
            select count(*)
              from (select id
                      from actions
                     where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state in (1, 5)
                       and parent_id is null and ended_at is null
                     limit @MaxWaiting) x
            """;
        return session.ScalarAsync(sql, queue);
    }

    /// <summary>Lets the next runs of a queue begin.</summary>
    public static Task<int> ReleaseAsync(Session session, QueueRow queue, long limit)
    {
        const string sql = """
            with next as materialized (
                select id
                  from actions
                 where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state = 5
                   and parent_id is null and ended_at is null
                 order by place, id
                 limit @limit
                /*postgres for no key update skip locked */
            )
            update actions
               set queue_state = 1
              from next
             where actions.org = @Org and actions.id = next.id
            """;
        return session.ExecuteAsync(sql, new { queue.Org, queue.ClusterId, queue.Name, limit });
    }

    /// <summary>Takes back the runs of a queue that wait and were never handed out.</summary>
    public static Task<int> HoldAsync(Session session, QueueRow queue)
    {
        const string sql = """
            update actions
               set queue_state = 5
             where org = @Org and cluster_id = @ClusterId and queue = @Name and queue_state = 1 and fence = 0
               and parent_id is null and ended_at is null
            """;
        return session.ExecuteAsync(sql, queue);
    }

    public static Task SetClusterDrainAsync(Session session, ClusterIdentity cluster, Drain drain)
    {
        const string sql = "update clusters set drain = @drain where org = @Org and id = @ClusterId";
        return session.ExecuteAsync(sql, new { cluster.Org, cluster.ClusterId, drain = (long)drain });
    }

    public static async Task<Drain> ClusterDrainAsync(Session session, string org, string clusterId)
    {
        var drain = ClusterDrain(org, clusterId);
        await session.BatchAsync([drain]);
        return (Drain)drain.First;
    }

    /// <summary>The number of what a cluster still does.</summary>
    public static Query<long> ClusterDrain(string org, string clusterId)
    {
        const string sql = "select drain from clusters where org = @org and id = @clusterId";
        return new Query<long>(sql, new { org, clusterId });
    }

    /// <summary>Whether the cluster is drained, which does not change before this transaction ends.</summary>
    public static async Task<Drain> LockClusterDrainAsync(Session session, string org, string clusterId)
    {
        const string sql = "select drain from clusters where org = @org and id = @clusterId /*postgres for key share */";
        return (Drain)await session.ScalarAsync(sql, new { org, clusterId });
    }
}
