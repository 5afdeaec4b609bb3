using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>A page of triggers of a project, or of the whole org where none is given.</summary>
/// <param name="Task">Only those of one task; null does not narrow.</param>
/// <param name="TaskVersion">Only those that start this version; null does not narrow.</param>
public sealed record ListTriggers(string? Project, string? Domain, string? Task, string? TaskVersion, ListQuery Query)
    : IUseCase<Page<TriggerDetail>>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

internal sealed class ListTriggersHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListTriggers, Page<TriggerDetail>>
{
    private static readonly Fields<TriggerRow> Fields = new Fields<TriggerRow>()
        .Text("name", row => row.Name)
        .Text("trigger_name", row => row.Name)
        .Text("task_name", row => row.Task)
        .Text("project", row => row.Project)
        .Text("domain", row => row.Domain)
        .Text("deployed_by", row => row.DeployedBy)
        .Text("active", row => row.Active == 1 ? "true" : "false")
        .Instant("created_at", row => row.DeployedAt)
        .Instant("deployed_at", row => row.DeployedAt)
        .Instant("updated_at", row => row.UpdatedAt)
        .Instant("triggered_at", row => row.TriggeredAt);

    public Task<Page<TriggerDetail>> Handle(ListTriggers request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<Page<TriggerDetail>> ReadAsync(Session session, ListTriggers request)
    {
        var query = request.Query;
        var meets = Fields.Compile(query.Filters);
        var page = await Scan.ReadAsync(
            query, row => (request.Task is null || row.Task == request.Task) && meets(row), TriggerStore.PositionOf,
            (after, limit) => TriggerStore.PageAsync(
                session, caller.Principal.Org, request.Project, request.Domain, query.NewestFirst, after, limit));
        var details = new List<TriggerDetail>(page.Rows.Count);
        foreach (var row in page.Rows)
        {
            var detail = await GetTriggerHandler.ReadAsync(session, row, row.Revision);
            if (request.TaskVersion is null || detail.Revision.TaskVersion == request.TaskVersion)
            {
                details.Add(detail);
            }
        }

        return new Page<TriggerDetail>(details, page.Next);
    }
}
