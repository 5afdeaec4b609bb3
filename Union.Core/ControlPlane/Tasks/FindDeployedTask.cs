using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A version of a task that was deployed to the calling cluster: the encoded projection of its TaskSpec.</summary>
/// <param name="Version">Empty for the newest.</param>
public sealed record FindDeployedTask(string Project, string Domain, string Name, string Version)
    : IUseCase<ReadOnlyMemory<byte>>, IClusterRequest;

internal sealed class FindDeployedTaskHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<FindDeployedTask, ReadOnlyMemory<byte>>
{
    public async Task<ReadOnlyMemory<byte>> Handle(FindDeployedTask request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Cluster.Org, request.Project, request.Domain);
        var found = await database.ReadAsync(
            scope.Org, session => GetTaskHandler.ReadAsync(session, scope, request.Name, request.Version), cancellationToken);

        // A task of another cluster is as unknown to this one as none.
        return found.Task.ClusterId == caller.Cluster.ClusterId
            ? found.Content.Projection
            : throw TaskErrors.NoSuchTask(request.Name, request.Version);
    }
}
