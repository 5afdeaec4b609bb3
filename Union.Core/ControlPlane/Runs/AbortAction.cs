using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Ends an action and everything below it; for a whole run its root. One that is over stays as it is. Answers the
/// action as it then is.
/// </summary>
/// <param name="Reason">Typed for the control plane, which stores it: at most 512 characters.</param>
public sealed record AbortAction(string Project, string Domain, string Run, string Action, string Reason)
    : IUseCase<ActionRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.RunsAbort;

    public string AuditedResource => $"action {Project}/{Domain}/{Run}/{Action}";
}

internal sealed class AbortActionValidator : AbstractValidator<AbortAction>
{
    public AbortActionValidator()
    {
        RuleFor(c => c.Reason).MaximumLength(512).WithMessage("A reason may have 512 characters.");
    }
}

internal sealed class AbortActionHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<AbortAction, ActionRow>
{
    public async Task<ActionRow> Handle(AbortAction request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var id = new ActionId(
            new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run), request.Action);
        var action = await database.WriteAsync(
            id.Run.Org, session => AbortAsync(session, id, request, changes), cancellationToken);
        signals.Publish(changes);
        return action;
    }

    private async Task<ActionRow> AbortAsync(Session session, ActionId id, AbortAction request, ChangeSet changes)
    {
        var found = await ActionStore.FindAsync(session, id) ?? throw RunErrors.NoSuchAction(id);
        var action = await ActionStore.LockAsync(session, found.Org, found.RunRowId, found.Id);
        await new ActionMachine(session, changes, time.GetUtcNow())
            .AbortAsync(action, request.Reason, caller.Principal.Subject);
        return (await ActionStore.FindAsync(session, action.Org, action.Id))!;
    }
}
