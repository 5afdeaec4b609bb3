using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Projects;

/// <summary>One project.</summary>
public sealed record GetProject(string Name) : IUseCase<ProjectRow>, IUserRequest
{
    public Verb Verb => Verb.ProjectsRead;

    public string? Project => Name;

    public string? Domain => null;
}

internal sealed class GetProjectHandler(MetadataDatabase database, Caller caller) : IRequestHandler<GetProject, ProjectRow>
{
    public async Task<ProjectRow> Handle(GetProject request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        return await database.ReadAsync(
            org, session => ProjectStore.FindAsync(session, org, request.Name), cancellationToken)
            ?? throw ProjectErrors.NoSuchProject(request.Name);
    }
}
