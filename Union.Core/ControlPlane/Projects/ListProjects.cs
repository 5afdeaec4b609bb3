using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Projects;

/// <summary>The projects of the caller's org, by name.</summary>
public sealed record ListProjects : IUseCase<IReadOnlyList<ProjectRow>>, IUserRequest
{
    public Verb Verb => Verb.ProjectsRead;

    public string? Project => null;

    public string? Domain => null;
}

internal sealed class ListProjectsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListProjects, IReadOnlyList<ProjectRow>>
{
    public Task<IReadOnlyList<ProjectRow>> Handle(ListProjects request, CancellationToken cancellationToken) =>
        database.ReadAsync(
            caller.Principal.Org, session => ProjectStore.ListAsync(session, caller.Principal.Org), cancellationToken);
}
