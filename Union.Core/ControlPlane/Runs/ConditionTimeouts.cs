using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A condition whose time is over.</summary>
internal sealed record DueCondition(long Id, long RunId);

/// <summary>Ends the conditions of a cluster that nobody resolved in time; looked for whenever the cluster asks for work.</summary>
internal static class ConditionTimeouts
{
    private const long UserError = 1;

    public static async Task ExpireAsync(
        MetadataDatabase database, ClusterIdentity cluster, RunSignals signals, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var due = Due(cluster, now);
        await database.ReadAsync(
            cluster.Org,
            async session =>
            {
                await session.BatchAsync([due]);
                return true;
            },
            cancellationToken);
        await ExpireAsync(database, cluster, signals, due.Rows, now, cancellationToken);
    }

    /// <param name="due">What <see cref="Due"/> found.</param>
    public static async Task ExpireAsync(
        MetadataDatabase database, ClusterIdentity cluster, RunSignals signals, IReadOnlyList<DueCondition> due,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
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

    public static Query<DueCondition> Due(ClusterIdentity cluster, DateTimeOffset now)
    {
        const string sql = """
            select id as Id, run_id as RunId
              from actions
             where org = @Org and cluster_id = @ClusterId and deadline_at < @now and phase = 9
             order by deadline_at
             limit 100
            """;
        return new Query<DueCondition>(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros() });
    }
}
