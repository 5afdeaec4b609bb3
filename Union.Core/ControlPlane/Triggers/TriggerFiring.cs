using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>
/// One trigger that is due, in one transaction: what fired, the runs that it started, and when it is due next are all
/// committed or none of it is.
/// </summary>
internal sealed class TriggerFiring(Session session, ChangeSet changes, TriggerOptions options, DateTimeOffset now)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(90);

    /// <summary>How many runs it started.</summary>
    public async Task<int> FireAsync(string org, long id)
    {
        var trigger = await TriggerStore.LockAsync(session, org, id);
        if (trigger is not { Active: 1, DeletedAt: null, NextAt: { } due } || due > now.ToMicros())
        {
            return 0;
        }

        var revision = (await TriggerRevisionStore.FindAsync(session, org, id, trigger.Revision))!;
        var plan = FiringPlan.Of(revision.Schedule, trigger, now, options);
        var started = 0;
        foreach (var instant in plan.Fire)
        {
            started += await StartAsync(trigger, revision, instant) ? 1 : 0;
        }

        var last = plan.Fire.Count > 0 ? plan.Fire[^1].ToMicros() : trigger.TriggeredAt;
        await TriggerStore.FiredAsync(session, trigger, plan.Next?.ToMicros(), last);
        await FiringStore.ForgetAsync(session, trigger, (now - Remembered).ToMicros());
        return started;
    }

    private async Task<bool> StartAsync(TriggerRow trigger, TriggerRevisionRow revision, DateTimeOffset instant)
    {
        if (!await FiringStore.TryClaimAsync(session, trigger, instant.ToMicros(), now.ToMicros()))
        {
            return false;
        }

        try
        {
            await EnsureClusterAsync(revision);
            var scope = new ProjectScope(trigger.Org, trigger.Project, trigger.Domain);
            var task = await GetTaskHandler.ReadAsync(session, scope, trigger.Task, revision.TaskVersion);
            var run = TriggeredRun.Of(trigger, revision, task.Content) with { StartTime = instant };
            await NewRuns.InsertAsync(session, changes, run, trigger.Org, trigger.DeployedBy, now);
            return true;
        }
        catch (UnionException e)
        {
            // The project is archived, the cluster shut out: that stays so, and the history says why there is no run.
            await FiringStore.RefusedAsync(session, trigger, instant.ToMicros(), e.Reason);
            return false;
        }
    }

    private async Task EnsureClusterAsync(TriggerRevisionRow revision)
    {
        var cluster = await ClusterStore.FindAsync(
            session, new Boundary.Identity.ClusterIdentity(revision.Org, revision.ClusterId));
        if (cluster is not { RevokedAt: null })
        {
            throw ClusterErrors.NoCluster();
        }
    }
}
