using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The action behind an attempt that a cluster says it holds. Whatever a cluster does on behalf of an action, it must
/// hold that action's current lease: otherwise one cluster could act in another's runs.
/// </summary>
internal static class HeldAction
{
    /// <summary>
    /// As <see cref="FindAsync"/>, and nothing of its run changes before this transaction ends: <paramref name="more"/> is
    /// asked in the same round trip, behind the lock.
    /// </summary>
    public static Task<ActionRow> LockAsync(
        Session session, ClusterIdentity cluster, AttemptKey key, params IEnumerable<Statement> more) =>
        ReadAsync(session, cluster, key, [RunStore.LockOfAttempts(cluster.Org, cluster.ClusterId, [key.Uid])], more);

    public static Task<ActionRow> FindAsync(Session session, ClusterIdentity cluster, AttemptKey key) =>
        ReadAsync(session, cluster, key, [], []);

    /// <summary>Whether a key names an attempt that lives, of an action that it still has.</summary>
    public static bool IsHeld(AttemptRow attempt, ActionRow action, AttemptKey key) =>
        attempt.Fence == key.Fence && action.Fence == attempt.Fence && attempt is { EndedAt: null, EndAskedAt: null }
        && !action.Phase.IsTerminal();

    private static async Task<ActionRow> ReadAsync(
        Session session, ClusterIdentity cluster, AttemptKey key, IEnumerable<Statement> before, IEnumerable<Statement> after)
    {
        var (attempts, actions) = (AttemptStore.Find(cluster.Org, key.Uid), ActionStore.FindOfAttempt(cluster.Org, key.Uid));
        await session.BatchAsync([.. before, attempts, actions, .. after]);
        if (attempts.First is not { } attempt || attempt.ClusterId != cluster.ClusterId || attempt.Fence != key.Fence)
        {
            throw NotHeld();
        }

        var action = actions.Rows[0];
        return action.Fence != attempt.Fence || attempt.EndedAt is not null ? throw NotHeld()
            : action.Phase.IsTerminal() ? throw Over(action)
            : attempt.EndAskedAt is not null ? throw NotHeld()
            : action;
    }

    private static UnionException NotHeld() => new(
        ErrorCode.PermissionDenied, "lease_not_held", "The cluster does not hold a lease of this attempt.");

    private static UnionException Over(ActionRow action) => new(
        ErrorCode.Aborted, "action_over", $"The action {action.Name} is {action.Phase.ToString().ToLowerInvariant()}.");
}
