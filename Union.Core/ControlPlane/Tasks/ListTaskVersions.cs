using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A page of the versions of one task.</summary>
public sealed record ListTaskVersions(string Project, string Domain, string Name, ListQuery Query)
    : IUseCase<Page<DeployedTaskRow>>, IUserRequest
{
    public Verb Verb => Verb.TasksRead;
}

internal sealed class ListTaskVersionsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListTaskVersions, Page<DeployedTaskRow>>
{
    public Task<Page<DeployedTaskRow>> Handle(ListTaskVersions request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        var query = request.Query;
        var meets = TaskFields.All.Compile(query.Filters);
        return database.ReadAsync(
            scope.Org,
            session => Scan.ReadAsync(query, meets, DeployedTaskStore.PositionOf, (after, limit) =>
                DeployedTaskStore.VersionsAsync(session, scope, request.Name, query.NewestFirst, after, limit)),
            cancellationToken);
    }
}
