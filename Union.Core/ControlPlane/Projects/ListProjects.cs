using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Projects;

/// <summary>A page of the projects of the caller's org. There are few, so a page is cut from all of them.</summary>
/// <param name="Offset">How many were on the pages before.</param>
public sealed record ListProjects(IReadOnlyList<Filter> Filters, ProjectOrder Order, bool Descending, int Limit, int Offset)
    : IUseCase<ProjectPage>, IUserRequest
{
    public Verb Verb => Verb.ProjectsRead;

    public string? Project => null;

    public string? Domain => null;
}

public enum ProjectOrder
{
    Name,
    CreatedAt,
}

/// <param name="Next">Offset of the next page; null after the last.</param>
public sealed record ProjectPage(IReadOnlyList<ProjectRow> Rows, int? Next);

internal sealed class ListProjectsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListProjects, ProjectPage>
{
    private static readonly Fields<ProjectRow> Fields = new Fields<ProjectRow>()
        .Text("id", row => row.Name)
        .Text("identifier", row => row.Name)
        .Text("name", row => row.Title)
        .Text("description", row => row.Description)
        .Number("state", row => row.State)
        .Instant("created_at", row => row.CreatedAt)
        .Labels(row => row.Labels);

    public async Task<ProjectPage> Handle(ListProjects request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        var meets = Fields.Compile(request.Filters);
        var all = await database.ReadAsync(org, session => ProjectStore.ListAsync(session, org), cancellationToken);
        var rows = all.Where(row => meets(row));
        rows = request.Order == ProjectOrder.CreatedAt ? rows.OrderBy(row => row.CreatedAt) : rows;
        rows = request.Descending ? rows.Reverse() : rows;
        var page = rows.Skip(request.Offset).Take(request.Limit + 1).ToList();
        return page.Count <= request.Limit
            ? new ProjectPage(page, null)
            : new ProjectPage(page[..request.Limit], request.Offset + request.Limit);
    }
}
