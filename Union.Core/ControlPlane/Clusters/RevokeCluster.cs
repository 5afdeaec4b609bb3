using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>Shuts a cluster out: its certificates and open connections end. Answers its id.</summary>
public sealed record RevokeCluster(string Name) : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ClustersAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"cluster {Name}";
}

internal sealed class RevokeClusterHandler(
    MetadataDatabase database, Caller caller, IClusterConnections connections, TimeProvider time)
    : IRequestHandler<RevokeCluster, string>
{
    public async Task<string> Handle(RevokeCluster request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        var cluster = await database.WriteAsync(
            org,
            async session =>
            {
                var found = await ClusterStore.FindByNameAsync(session, org, request.Name)
                    ?? throw ClusterErrors.NoSuchCluster(request.Name);
                await ClusterStore.RevokeAsync(session, org, request.Name, time.GetUtcNow());
                return found;
            },
            cancellationToken);
        connections.Disconnect(cluster.Id);
        return cluster.Id;
    }
}
