using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>A trigger as it is, or as it was at a revision.</summary>
/// <param name="Revision">0 for the newest.</param>
public sealed record GetTrigger(string Project, string Domain, TriggerKey Key, long Revision)
    : IUseCase<TriggerDetail>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

public sealed record TriggerDetail(TriggerRow Trigger, TriggerRevisionRow Revision);

internal sealed class GetTriggerHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<GetTrigger, TriggerDetail>
{
    public Task<TriggerDetail> Handle(GetTrigger request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    internal static async Task<TriggerDetail> ReadAsync(Session session, TriggerRow trigger, long revision) =>
        new(trigger, await TriggerRevisionStore.FindAsync(session, trigger.Org, trigger.Id, revision)
            ?? throw TriggerErrors.NoSuchRevision(trigger.Name, revision));

    private async Task<TriggerDetail> ReadAsync(Session session, GetTrigger request)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        var trigger = await TriggerStore.FindAsync(session, scope, request.Key);
        // The history of a deleted trigger can still be read, revision by revision.
        return trigger is null || (trigger.DeletedAt is not null && request.Revision == 0)
            ? throw TriggerErrors.NoSuchTrigger(request.Key.Task, request.Key.Name)
            : await ReadAsync(session, trigger, request.Revision == 0 ? trigger.Revision : request.Revision);
    }
}
