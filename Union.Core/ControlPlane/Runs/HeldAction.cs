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
    /// <summary>As <see cref="FindAsync"/>, and nothing of its run changes before this transaction ends.</summary>
    public static async Task<ActionRow> LockAsync(Session session, ClusterIdentity cluster, AttemptKey key)
    {
        var found = await FindAsync(session, cluster, key);
        await RunStore.LockAsync(session, found.Org, found.RunRowId);
        return await FindAsync(session, cluster, key);
    }

    public static async Task<ActionRow> FindAsync(Session session, ClusterIdentity cluster, AttemptKey key)
    {
        var attempt = await AttemptStore.FindAsync(session, cluster.Org, key.Uid);
        if (attempt is null || attempt.ClusterId != cluster.ClusterId || attempt.Fence != key.Fence)
        {
            throw NotHeld();
        }

        var action = (await ActionStore.FindAsync(session, cluster.Org, attempt.ActionId))!;
        return action.Fence != attempt.Fence || attempt.EndedAt is not null ? throw NotHeld()
            : action.Phase.IsTerminal() ? throw Over(action)
            : action;
    }

    private static UnionException NotHeld() => new(
        ErrorCode.PermissionDenied, "lease_not_held", "The cluster does not hold a lease of this attempt.");

    private static UnionException Over(ActionRow action) => new(
        ErrorCode.Aborted, "action_over", $"The action {action.Name} is {action.Phase.ToString().ToLowerInvariant()}.");
}
