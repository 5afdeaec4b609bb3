using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>Makes a queue of a cluster, or changes what is not null of one that exists. Answers it as it then is.</summary>
/// <param name="Cluster">Name of the cluster; empty is the one that new work goes to.</param>
public sealed record SetQueueRules(
    string Cluster, string Name, long? Weight, long? MaxRuns, long? MaxActions, long? MaxWaiting, Drain? Drain)
    : IUseCase<QueueRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ClustersAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"queue {Cluster}/{Name}";
}

internal sealed class SetQueueRulesValidator : AbstractValidator<SetQueueRules>
{
    private const long Most = 1_000_000;

    public SetQueueRulesValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsResource).WithMessage("A queue's name has 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'.");
        RuleFor(c => c.Weight).InclusiveBetween(1, 100).WithMessage("A weight is 1 to 100.");
        RuleFor(c => c.MaxRuns).InclusiveBetween(0, Most).WithMessage("A limit on runs is 0 (none) to 1,000,000.");
        RuleFor(c => c.MaxActions).InclusiveBetween(0, Most).WithMessage("A limit on actions is 0 (none) to 1,000,000.");
        RuleFor(c => c.MaxWaiting).InclusiveBetween(1, Most).WithMessage("A limit on waiting runs is 1 to 1,000,000.");
        RuleFor(c => c.Drain).IsInEnum();
    }
}

internal sealed class SetQueueRulesHandler(MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<SetQueueRules, QueueRow>
{
    /// <summary>A lease looks at every queue of its cluster.</summary>
    private const int MaxQueues = 50;

    public async Task<QueueRow> Handle(SetQueueRules request, CancellationToken cancellationToken)
    {
        var queue = await database.WriteAsync(
            caller.Principal.Org, session => SetAsync(session, request), cancellationToken);
        signals.Publish(new ChangeSet { Clusters = { queue.ClusterId } });
        return queue;
    }

    private async Task<QueueRow> SetAsync(Session session, SetQueueRules request)
    {
        var org = caller.Principal.Org;
        var cluster = await QueueClusters.LockAsync(session, org, request.Cluster);
        var queues = await QueueStore.ListAsync(session, org, cluster.Id);
        var known = queues.FirstOrDefault(q => q.Name == request.Name);
        if (known is null && queues.Count >= MaxQueues)
        {
            throw new UnionException(
                ErrorCode.ResourceExhausted, "too_many_queues", $"A cluster has at most {MaxQueues} queues.", "Use one that exists.");
        }

        known ??= QueueRow.Of(org, cluster.Id, request.Name);
        var queue = known with
        {
            Weight = request.Weight ?? known.Weight,
            MaxRuns = request.MaxRuns ?? known.MaxRuns,
            MaxActions = request.MaxActions ?? known.MaxActions,
            MaxWaiting = request.MaxWaiting ?? known.MaxWaiting,
            Drain = request.Drain ?? known.Drain,
            UpdatedAt = time.GetUtcNow().ToMicros(),
            UpdatedBy = caller.Principal.Subject,
        };
        await QueueStore.SetAsync(session, queue);
        await QueueGate.ApplyAsync(session, await QueueStore.ClusterDrainAsync(session, org, cluster.Id), queue);
        return queue;
    }
}
