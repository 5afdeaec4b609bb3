using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Ends a child of an action that the cluster holds, with everything below it.</summary>
public sealed record AbortChild(AttemptKey Parent, string Name) : IUseCase<ActionRow>, IClusterRequest;

internal sealed class AbortChildHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<AbortChild, ActionRow>
{
    public async Task<ActionRow> Handle(AbortChild request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var child = await database.WriteAsync(
            caller.Cluster.Org, session => AbortAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return child;
    }

    private async Task<ActionRow> AbortAsync(Session session, AbortChild request, ChangeSet changes)
    {
        var parent = await HeldAction.LockAsync(session, caller.Cluster, request.Parent);
        var id = new ActionId(parent.RunId, request.Name);
        var child = await ActionStore.FindAsync(session, id);
        if (child is null || child.ParentId != parent.Id)
        {
            throw RunErrors.NoSuchAction(id);
        }

        var locked = await ActionStore.LockAsync(session, child.Org, child.RunRowId, child.Id);
        await new ActionMachine(session, changes, time.GetUtcNow())
            .AbortAsync(locked, $"Ended by its parent {parent.Name}.", $"action:{parent.Name}");
        return (await ActionStore.FindAsync(session, child.Org, child.Id))!;
    }
}
