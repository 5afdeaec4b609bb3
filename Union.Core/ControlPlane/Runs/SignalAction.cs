using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Resolves a condition of a run that the cluster holds. The value stays with the cluster; only its keyed digest comes
/// here. Safe to repeat with the same value.
/// </summary>
/// <param name="ValueType">Word for the value's type, as conditions are stored with it.</param>
public sealed record SignalAction(
    string Project, string Domain, string Run, string Action, string ValueType, string ValuePrivate, string SignalledBy)
    : IUseCase<ActionRow>, IClusterRequest, IAudited
{
    /// <summary>The attempt that signals, when a task does: it answers only what its own action asked.</summary>
    public AttemptKey? Parent { get; init; }

    public string AuditedResource => $"condition {Project}/{Domain}/{Run}/{Action}";
}

internal sealed class SignalActionValidator : AbstractValidator<SignalAction>
{
    public SignalActionValidator()
    {
        RuleFor(c => c.ValuePrivate).Matches("^[0-9a-f]{64}$").WithMessage("A digest is hexadecimal.");
        RuleFor(c => c.SignalledBy).Length(1, 255).WithMessage("A signal needs a subject of at most 255 characters.");
    }
}

internal sealed class SignalActionHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<SignalAction, ActionRow>
{
    public async Task<ActionRow> Handle(SignalAction request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var action = await database.WriteAsync(
            caller.Cluster.Org, session => SignalAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return action;
    }

    private async Task<ActionRow> SignalAsync(Session session, SignalAction request, ChangeSet changes)
    {
        var id = new ActionId(
            new RunId(caller.Cluster.Org, request.Project, request.Domain, request.Run), request.Action);
        var found = await ActionStore.FindAsync(session, id);

        // A run of another cluster is as unknown to this one as none.
        if (found is null || found.ClusterId != caller.Cluster.ClusterId
            || (request.Parent is { } parent
                && found.ParentId != (await HeldAction.FindAsync(session, caller.Cluster, parent)).Id))
        {
            throw RunErrors.NoSuchAction(id);
        }

        var action = await ActionStore.LockAsync(session, found.Org, found.RunRowId, found.Id);
        if (action is { Phase: ActionPhase.Succeeded } && action.ValuePrivate == request.ValuePrivate)
        {
            return action;
        }

        Check(action, request);
        await new ActionMachine(session, changes, time.GetUtcNow()).SignalAsync(action, request.ValuePrivate, request.SignalledBy);
        return (await ActionStore.FindAsync(session, action.Org, action.Id))!;
    }

    private static void Check(ActionRow action, SignalAction request)
    {
        if (action.Kind != ActionKind.Condition || action.Phase != ActionPhase.Paused)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "condition_not_waiting",
                $"The action {action.Name} is no condition that waits for a value.",
                $"'union get actions {action.Run}' shows which are paused.");
        }

        if (action.TaskVersion.Length > 0 && action.TaskVersion != request.ValueType)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "condition_type", $"The condition {action.Name} takes a value of type {action.TaskVersion}.");
        }
    }
}
