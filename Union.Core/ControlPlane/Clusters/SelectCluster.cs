using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// The cluster that holds, or will hold, the data of a run or project: a run's own for life, else the one that the
/// project is routed to. Answers its id.
/// </summary>
public sealed record SelectCluster(string? Project, string? Domain, string? Run) : IUseCase<string>, IUserRequest
{
    public Verb Verb => Verb.ClustersRead;

    /// <summary>A cluster that is asked for by its name or id; null leaves the choice.</summary>
    public string? Cluster { get; init; }
}

internal sealed class SelectClusterHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<SelectCluster, string>
{
    public Task<string> Handle(SelectCluster request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => FindAsync(session, request), cancellationToken);

    private async Task<string> FindAsync(Session session, SelectCluster request)
    {
        var org = caller.Principal.Org;
        if (request is { Run: null, Cluster: { } wanted })
        {
            var named = await ClusterStore.FindByNameAsync(session, org, wanted)
                ?? await ClusterStore.FindAsync(session, new ClusterIdentity(org, wanted));
            return named is { RevokedAt: null } ? named.Id : throw ClusterErrors.NoSuchCluster(wanted);
        }

        var run = request is { Project: { } project, Domain: { } domain, Run: { } name }
            ? new RunId(org, project, domain, name)
            : null;
        return await ClusterRouting.FindAsync(session, org, run);
    }
}
