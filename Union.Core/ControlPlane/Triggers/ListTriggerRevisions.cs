using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>A page of what a trigger was, a deleted one too.</summary>
public sealed record ListTriggerRevisions(string Project, string Domain, TriggerKey Key, ListQuery Query)
    : IUseCase<TriggerHistory>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

public sealed record TriggerHistory(TriggerRow Trigger, Page<TriggerRevisionRow> Page);

internal sealed class ListTriggerRevisionsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListTriggerRevisions, TriggerHistory>
{
    private static readonly Fields<TriggerRevisionRow> Fields = new Fields<TriggerRevisionRow>()
        .Number("revision", row => row.Revision)
        .Number("action", row => (long)row.Action)
        .Instant("created_at", row => row.CreatedAt);

    public Task<TriggerHistory> Handle(ListTriggerRevisions request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<TriggerHistory> ReadAsync(Session session, ListTriggerRevisions request)
    {
        var (key, query) = (request.Key, request.Query);
        var meets = Fields.Compile(query.Filters);
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        var trigger = await TriggerStore.FindAsync(session, scope, key)
            ?? throw TriggerErrors.NoSuchTrigger(key.Task, key.Name);
        return new TriggerHistory(trigger, await Scan.ReadAsync(
            query, meets, row => new Position(row.CreatedAt, row.Revision),
            (after, limit) => TriggerRevisionStore.PageAsync(
                session, trigger.Org, trigger.Id, query.NewestFirst, after, limit)));
    }
}
