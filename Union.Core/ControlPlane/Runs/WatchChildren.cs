using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The children of an action that the cluster holds: first all that exist (an empty batch ends that part), then every
/// change in order, until the caller leaves.
/// </summary>
public sealed record WatchChildren(AttemptKey Parent)
    : IUseCase<IAsyncEnumerable<IReadOnlyList<ActionRow>>>, IClusterRequest;

internal sealed class WatchChildrenHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<WatchChildren, IAsyncEnumerable<IReadOnlyList<ActionRow>>>
{
    private const int PageSize = 500;
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    public async Task<IAsyncEnumerable<IReadOnlyList<ActionRow>>> Handle(
        WatchChildren request, CancellationToken cancellationToken)
    {
        var parent = await database.ReadAsync(
            caller.Cluster.Org, session => HeldAction.FindAsync(session, caller.Cluster, request.Parent), cancellationToken);
        return WatchAsync(parent, cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<ActionRow>> WatchAsync(
        ActionRow parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = signals.Runs.Subscribe(parent.RunRowId);
        var (seen, inSnapshot) = (0L, true);
        while (true)
        {
            var changed = await database.ReadAsync(
                parent.Org, session => ActionStore.ChangedChildrenAsync(session, parent.Org, parent.Id, seen, PageSize),
                cancellationToken);
            if (changed.Count > 0)
            {
                seen = changed[^1].Change;
                yield return changed;
            }

            if (changed.Count == PageSize)
            {
                continue;
            }

            if (inSnapshot)
            {
                inSnapshot = false;
                yield return [];
            }

            await subscription.WaitAsync(SafetyNet, time, cancellationToken);
        }
    }
}
