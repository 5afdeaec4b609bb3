using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>Sets what a cluster still does, over whatever its queues allow. Answers its id.</summary>
public sealed record DrainCluster(string Name, Drain Drain) : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ClustersAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"cluster {Name}";
}

internal sealed class DrainClusterValidator : AbstractValidator<DrainCluster>
{
    public DrainClusterValidator()
    {
        RuleFor(c => c.Name).NotEmpty().WithMessage("The cluster needs a name.");
        RuleFor(c => c.Drain).IsInEnum();
    }
}

internal sealed class DrainClusterHandler(MetadataDatabase database, Caller caller, RunSignals signals)
    : IRequestHandler<DrainCluster, string>
{
    public async Task<string> Handle(DrainCluster request, CancellationToken cancellationToken)
    {
        var cluster = await database.WriteAsync(
            caller.Principal.Org, session => DrainAsync(session, request), cancellationToken);
        signals.Publish(new ChangeSet { Clusters = { cluster } });
        return cluster;
    }

    private async Task<string> DrainAsync(Session session, DrainCluster request)
    {
        var org = caller.Principal.Org;
        var cluster = await QueueClusters.LockAsync(session, org, request.Name);
        await QueueStore.SetClusterDrainAsync(session, new ClusterIdentity(org, cluster.Id), request.Drain);
        foreach (var queue in await QueueStore.ListAsync(session, org, cluster.Id))
        {
            await QueueGate.ApplyAsync(session, request.Drain, queue);
        }

        return cluster.Id;
    }
}
