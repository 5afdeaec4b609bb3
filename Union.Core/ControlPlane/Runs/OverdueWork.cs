using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Ends what waits or runs for too long on one cluster: an action in the queue by its own limit, an attempt whose cluster
/// should have ended it and did not. Either spends a user retry, as a time-out that the cluster reports does; an action
/// past its deadline is over, whatever retries are left. Whoever comes first records it: the other finds the action over,
/// or its fence stale.
/// </summary>
internal sealed class OverdueWork(
    MetadataDatabase database, ClusterIdentity cluster, RunSignals signals, DateTimeOffset now)
{
    private const long UserError = 1;

    /// <summary>
    /// What the cluster gets beyond the limit to prepare the attempt, end it and report that, with the difference of both
    /// clocks.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    /// <summary>A cluster that was silent for longer is away: what it started is its own until it returns.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(60);

    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        foreach (var queued in await database.ReadAsync(cluster.Org, QueuedAsync, cancellationToken))
        {
            await FailAsync(queued, IsStillQueuedAsync, "queue_timed_out", recoverable: true, cancellationToken);
        }

        foreach (var running in await database.ReadAsync(cluster.Org, RunningAsync, cancellationToken))
        {
            await FailAsync(running, IsStillRunningAsync, "timed_out", recoverable: true, cancellationToken);
        }

        // Children before the parents that wait for them, so that each is told of its own deadline.
        foreach (var due in (await database.ReadAsync(cluster.Org, DueAsync, cancellationToken)).OrderByDescending(a => a.Id))
        {
            await FailAsync(due, (_, _) => Task.FromResult(true), "deadline_passed", recoverable: false, cancellationToken);
        }
    }

    private async Task FailAsync(
        Overdue overdue, Func<Session, Overdue, Task<bool>> isStill, string code, bool recoverable,
        CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        await database.WriteAsync(
            cluster.Org,
            async session =>
            {
                var action = await ActionStore.LockAsync(session, cluster.Org, overdue.RunId, overdue.Id);
                if (action.Phase.IsTerminal() || action.Fence != overdue.Fence || !await isStill(session, overdue))
                {
                    return false;
                }

                await session.BatchAsync([AttemptStore.AskEnd(action.Org, action.Id, now.ToMicros())]);
                changes.Clusters.Add(action.ClusterId);
                await new ActionMachine(session, changes, now).FailAsync(
                    action, ActionPhase.TimedOut, new Failure(code, UserError, "", recoverable), now.ToMicros());
                return true;
            },
            cancellationToken);
        signals.Publish(changes);
    }

    private Task<IReadOnlyList<Overdue>> QueuedAsync(Session session)
    {
        const string sql = """
            select id as Id, run_id as RunId, fence as Fence
              from actions
             where org = @Org and cluster_id = @ClusterId and queue_state in (1, 5) and queue_timeout > 0
               and queued_at + queue_timeout < @now
             order by queued_at + queue_timeout
             limit 100
            """;
        return session.QueryAsync<Overdue>(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros() });
    }

    private Task<IReadOnlyList<Overdue>> DueAsync(Session session)
    {
        const string sql = """
            select id as Id, run_id as RunId, fence as Fence
              from actions
             where org = @Org and cluster_id = @ClusterId and deadline_at is not null and deadline_at < @now
               and ended_at is null and phase <> 9
             order by deadline_at
             limit 100
            """;
        return session.QueryAsync<Overdue>(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros() });
    }

    private async Task<bool> IsStillQueuedAsync(Session session, Overdue overdue)
    {
        const string sql = """
            select count(*)
              from actions
             where org = @Org and id = @Id and queue_state in (1, 5) and queued_at + queue_timeout < @now
            """;
        return await session.ScalarAsync(sql, new { cluster.Org, overdue.Id, now = now.ToMicros() }) == 1;
    }

    // Of both clocks the later one counts: one that goes wrong must not end what has only begun.
    private Task<IReadOnlyList<Overdue>> RunningAsync(Session session)
    {
        const string sql = """
            select a.id as Id, a.run_id as RunId, a.fence as Fence
              from attempts y
              join actions a on a.id = y.action_id and a.org = y.org and a.fence = y.fence
              join tasks t on t.id = a.task_id and t.org = a.org
              join clusters c on c.id = y.cluster_id and c.org = y.org
             where y.org = @Org and y.cluster_id = @ClusterId and y.assigned_at > 0 and y.ended_at is null
               and y.end_asked_at is null and y.started_at is not null and t.run_timeout > 0
               and c.last_seen_at > @seen
               and case when y.started_at > y.assigned_at then y.started_at else y.assigned_at end + t.run_timeout < @late
             limit 100
            """;
        return session.QueryAsync<Overdue>(sql, new
        {
            cluster.Org,
            cluster.ClusterId,
            seen = (now - Silent).ToMicros(),
            late = (now - Grace).ToMicros(),
        });
    }

    private async Task<bool> IsStillRunningAsync(Session session, Overdue overdue)
    {
        const string sql = """
            select count(*) from attempts where org = @Org and action_id = @Id and fence = @Fence and ended_at is null
            """;
        return await session.ScalarAsync(sql, new { cluster.Org, overdue.Id, overdue.Fence }) == 1;
    }

    private sealed record Overdue(long Id, long RunId, long Fence);
}
