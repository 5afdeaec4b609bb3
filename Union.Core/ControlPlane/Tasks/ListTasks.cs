using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A page of deployed tasks, each in its newest version; a null project asks for the whole org.</summary>
public sealed record ListTasks(string? Project, string? Domain, ListQuery Query)
    : IUseCase<Page<ListedTask>>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

internal sealed class ListTasksHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListTasks, Page<ListedTask>>
{
    public Task<Page<ListedTask>> Handle(ListTasks request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<Page<ListedTask>> ReadAsync(Session session, ListTasks request)
    {
        var (org, project, domain, query) = (caller.Principal.Org, request.Project, request.Domain, request.Query);
        var meets = TaskFields.All.Compile(query.Filters);
        var page = await Scan.ReadAsync(query, meets, DeployedTaskStore.PositionOf, (after, limit) =>
            DeployedTaskStore.LatestAsync(session, org, project, domain, query.NewestFirst, after, limit));
        var tasks = new List<ListedTask>(page.Rows.Count);
        foreach (var task in page.Rows)
        {
            tasks.Add(new ListedTask(task, await TriggerStore.OfTaskAsync(
                session, new ProjectScope(org, task.Project, task.Domain), task.Name)));
        }

        return new Page<ListedTask>(tasks, page.Next);
    }
}
