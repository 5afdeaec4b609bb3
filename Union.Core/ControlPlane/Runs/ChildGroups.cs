using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Puts the children that a cluster's tasks enqueue at the same time into their runs in one transaction: for each of them
/// two rows and no reads of its own. Only what nearly every child is goes this way; whatever is special about one, or
/// wrong with it, is for the transaction that is its own to find out.
/// </summary>
internal sealed class ChildGroups
{
    /// <summary>A second one would mostly wait for the first one's runs, and be smaller for it.</summary>
    private const int AtOnce = 1;

    /// <summary>Children of one commit: enough that its cost no longer counts, few enough that a report of their runs does not wait.</summary>
    private const int MaxGroup = 64;

    private const int MaxWaiting = 2000;

    private readonly MetadataDatabase _database;
    private readonly RunSignals _signals;
    private readonly TimeProvider _time;
    private readonly GroupCommit<ClusterIdentity, EnqueueChild, ActionRow?> _commits;

    public ChildGroups(MetadataDatabase database, RunSignals signals, TimeProvider time)
    {
        (_database, _signals, _time) = (database, signals, time);
        _commits = new GroupCommit<ClusterIdentity, EnqueueChild, ActionRow?>(CommitAsync, AtOnce, MaxGroup, MaxWaiting);
    }

    /// <summary>Null where the child has to go alone; nothing of it is written then.</summary>
    public async Task<ActionRow?> EnqueueAsync(
        ClusterIdentity cluster, EnqueueChild request, CancellationToken cancellationToken) =>
        request is { Kind: ActionKind.Task, Recovered: null }
            ? await _commits.RunAsync(cluster, request, cancellationToken)
            : null;

    private async Task<IReadOnlyList<ActionRow?>> CommitAsync(ClusterIdentity cluster, IReadOnlyList<EnqueueChild> requests)
    {
        var group = new ChildGroup(cluster, requests, _time.GetUtcNow());
        if (!await TryCommitAsync(cluster, group))
        {
            return new ActionRow?[requests.Count];
        }

        var (children, changes) = group.Committed();
        _signals.Publish(changes);
        return children;
    }

    /// <summary>False where the database refuses one of them, which must not be the others' failure.</summary>
    private async Task<bool> TryCommitAsync(ClusterIdentity cluster, ChildGroup group)
    {
        var tries = 0;
        try
        {
            return await _database.WriteAsync(
                cluster.Org,
                async session =>
                {
                    // A second try is because of a name that is taken, mostly, and would be refused like the first.
                    if (++tries > 1)
                    {
                        return false;
                    }

                    await group.InsertAsync(session);
                    return true;
                },
                // A caller who is gone takes nothing from the others.
                CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever it was, each of them meets it again alone and answers it.
        catch (Exception e) when (e is not UnionException)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
