using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Ends the conditions of a cluster that nobody resolved in time; looked for whenever the cluster asks for work.</summary>
internal static class ConditionTimeouts
{
    private const long UserError = 1;

    public static async Task ExpireAsync(
        MetadataDatabase database, ClusterIdentity cluster, RunSignals signals, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(cluster.Org, session => DueAsync(session, cluster, now), cancellationToken);
        foreach (var condition in due)
        {
            var changes = new ChangeSet();
            await database.WriteAsync(
                cluster.Org, session => ExpireAsync(session, cluster.Org, condition, changes, now), cancellationToken);
            signals.Publish(changes);
        }
    }

    private static async Task<bool> ExpireAsync(
        Session session, string org, DueCondition due, ChangeSet changes, DateTimeOffset now)
    {
        var action = await ActionStore.LockAsync(session, org, due.RunId, due.Id);
        if (action.Phase != ActionPhase.Paused)
        {
            return false;
        }

        var failure = new Failure("condition_timed_out", UserError, "", Recoverable: false);
        await new ActionMachine(session, changes, now).FailAsync(action, ActionPhase.TimedOut, failure, now.ToMicros());
        return true;
    }

    private static Task<IReadOnlyList<DueCondition>> DueAsync(Session session, ClusterIdentity cluster, DateTimeOffset now)
    {
        const string sql = """
            select id as Id, run_id as RunId
              from actions
             where org = @Org and cluster_id = @ClusterId and deadline_at < @now and phase = 9
             order by deadline_at
             limit 100
            """;
        return session.QueryAsync<DueCondition>(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros() });
    }

    private sealed record DueCondition(long Id, long RunId);
}
