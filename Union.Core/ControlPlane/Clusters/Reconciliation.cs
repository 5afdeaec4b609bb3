using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <param name="End">What the cluster holds and should not.</param>
/// <param name="Lost">How many attempts it should hold and does not.</param>
public sealed record Reconciled(IReadOnlyList<AttemptKey> End, int Lost);

/// <summary>What becomes of an assignment that the cluster does not hold and never confirmed.</summary>
internal enum Unconfirmed
{
    /// <summary>A session begins and no lease is on its way: it waits again at once.</summary>
    Returns,

    /// <summary>It may have been handed out after the list was made; its own time-out takes care of it.</summary>
    IsSpared,
}

/// <summary>
/// What a cluster holds against what is believed of it: what nobody wants any more is to be ended, what it lost is tried
/// again as the platform's failure. The caller holds the cluster's lock, so no report is committed meanwhile.
/// </summary>
internal sealed class Reconciliation(Session session, ClusterIdentity cluster, ChangeSet changes, DateTimeOffset now)
{
    private readonly ActionMachine _machine = new(session, changes, now);

    /// <param name="held">Attempts that run, or have ended and are not yet acknowledged.</param>
    public async Task<Reconciled> RunAsync(IReadOnlyList<AttemptKey> held, Unconfirmed unconfirmed)
    {
        var unknown = held.DistinctBy(h => h.Uid).ToDictionary(h => h.Uid);
        var lost = 0;
        foreach (var attempt in await AttemptStore.LiveAsync(session, cluster.Org, cluster.ClusterId))
        {
            if (!unknown.Remove(attempt.Uid) && (unconfirmed == Unconfirmed.Returns || attempt.ConfirmedAt is not null))
            {
                lost += await GiveUpAsync(attempt.Uid) ? 1 : 0;
            }
        }

        return new Reconciled([.. unknown.Values], lost);
    }

    private async Task<bool> GiveUpAsync(string uid)
    {
        var owner = (await AttemptStore.FindActionAsync(session, cluster.Org, uid))!;
        var action = await ActionStore.LockAsync(session, owner.Org, owner.RunId, owner.ActionId);
        // A lease may have ended it between the list and the lock.
        var found = AttemptStore.Find(cluster.Org, uid);
        await session.BatchAsync([found]);
        var attempt = found.Rows[0];
        if (attempt.EndedAt is not null)
        {
            return false;
        }

        await session.BatchAsync(
            [AttemptStore.Update(attempt with { EndedAt = now.ToMicros(), ErrorCode = "lost", ErrorKind = 2 })]);
        if (action.Phase.IsTerminal() || action.Fence != attempt.Fence)
        {
            return true;
        }

        await (attempt.ConfirmedAt is null
            ? _machine.ReturnToQueueAsync(action)
            : _machine.FailAsync(action, ActionPhase.Failed, new Failure("lost", 2, "", true), now.ToMicros()));
        return true;
    }
}
