using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Queues;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Puts a child below the action of an attempt that the cluster holds. Safe to repeat; a name that another task or
/// another parent has is refused.
/// </summary>
public sealed record EnqueueChild(
    AttemptKey Parent, string Name, string Group, NewTask Task, string InputUri)
    : IUseCase<ActionRow>, IClusterRequest
{
    public ActionKind Kind { get; init; } = ActionKind.Task;

    /// <summary>Keyed digest of the inputs; empty where the name says it already.</summary>
    public string InputsDigest { get; init; } = "";

    /// <summary>The outputs that the child takes over of an earlier run.</summary>
    public RecoveredOutputs? Recovered { get; init; }

    /// <summary>How a trace went.</summary>
    public TracedCall? Trace { get; init; }

    /// <summary>How long a condition waits; null is for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Where a task waits; empty: where its parent did.</summary>
    public string Queue { get; init; } = "";

    /// <summary>Keyed digest of the client's own cache key; empty where the cluster makes one of the inputs.</summary>
    public string CacheKey { get; init; } = "";
}

/// <summary>A call that its parent made itself; the outputs are where the parent put them.</summary>
public sealed record TracedCall(ActionPhase Phase, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string OutputUri);

/// <param name="OutputUri">As <see cref="FindRecoverable"/> answered it.</param>
/// <param name="Copy">Where the cluster has put them for this run.</param>
public sealed record RecoveredOutputs(string OutputUri, string Copy);

internal sealed class EnqueueChildValidator : AbstractValidator<EnqueueChild>
{
    public EnqueueChildValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsAction)
            .WithMessage("An action's name has 1 to 63 lower-case letters, digits and dashes between them.");
        RuleFor(c => c.Group).MaximumLength(63).WithMessage("A group may have 63 characters.");
        RuleFor(c => c.Task.Name).Must(n => n.Length is > 0 and <= 255).WithMessage("The task needs a name.");
        RuleFor(c => c.Task.Retries).InclusiveBetween(0, 100).WithMessage("A task may have 0 to 100 retries.");
        RuleFor(c => c.Task.Projection.Length).LessThanOrEqualTo(1 << 20).WithMessage("A task may have 1 MiB.");
        RuleFor(c => c.InputUri).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
            .WithMessage("The reference to the inputs is malformed.");
        RuleFor(c => c.Trace).Must(t => t is null || t.Phase.IsTerminal()).WithMessage("A trace has ended when it is recorded.");
        RuleFor(c => c.Trace).Must(t => t is null || t.OutputUri.Length == 0 || Reference.TryParse(t.OutputUri, out _))
            .WithMessage("The reference to the outputs is malformed.");
        RuleFor(c => c).Must(c => (c.Kind == ActionKind.Trace) == (c.Trace is not null)).WithMessage("A trace needs its times.");
        RuleFor(c => c.InputsDigest).Matches("^([0-9a-f]{64})?$").WithMessage("A digest is hexadecimal.");
        RuleFor(c => c.Recovered).Must(r => r is null || Reference.TryParse(r.Copy, out _))
            .WithMessage("The reference to the outputs is malformed.");
        RuleFor(c => c.CacheKey).Matches("^([0-9a-f]{64})?$").WithMessage("A digest is hexadecimal.");
        RuleFor(c => c.Queue).Must(q => q.Length == 0 || Names.IsResource(q)).WithMessage("The queue's name is malformed.");
        RuleFor(c => c.Timeout).Must(t => t is null || (t > TimeSpan.Zero && t <= TimeSpan.FromDays(3650)))
            .WithMessage("A condition waits at most ten years.");
    }
}

internal sealed class EnqueueChildHandler(
    MetadataDatabase database, Caller caller, ChildGroups groups, RunSignals signals, TimeProvider time)
    : IRequestHandler<EnqueueChild, ActionRow>
{
    public async Task<ActionRow> Handle(EnqueueChild request, CancellationToken cancellationToken) =>
        await groups.EnqueueAsync(caller.Cluster, request, cancellationToken) ?? await AloneAsync(request, cancellationToken);

    /// <summary>What is stored of a child.</summary>
    internal static NewAction Action(EnqueueChild request, ActionRow parent, long taskId, long now) => new(
        parent.Org, parent.RunRowId, request.Name, parent.Id, request.Group, taskId, parent.ClusterId, now, request.InputUri)
    {
        Kind = request.Kind,
        CacheKey = request.CacheKey,
        InputsDigest = request.InputsDigest,
        Queue = parent.Queue,
        Share = parent.Project,
        DeadlineAt = request.Timeout is { } timeout ? now + (timeout.Ticks / TimeSpan.TicksPerMicrosecond) : null,
    };

    private async Task<ActionRow> AloneAsync(EnqueueChild request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var child = await database.WriteAsync(
            caller.Cluster.Org, session => EnqueueAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return child;
    }

    private async Task<ActionRow> EnqueueAsync(Session session, EnqueueChild request, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        var (org, uid) = (caller.Cluster.Org, request.Parent.Uid);
        var known = TaskStore.FindBeside(org, uid, request.Task.Digest);
        var beside = ActionStore.FindBeside(org, uid, request.Name);
        var parent = await HeldAction.LockAsync(session, caller.Cluster, request.Parent, known, beside);
        // Nearly always the task is there: its children are many, and their tasks few.
        var taskId = known.Rows.Count > 0
            ? known.First
            : await TaskStore.EnsureAsync(session, request.Task.Row(parent.RunId.Scope, now.ToMicros()));
        if (beside.First is { } existing)
        {
            return existing.ParentId == parent.Id && existing.TaskId == taskId && existing.Kind == request.Kind
                ? existing
                : throw new UnionException(
                    ErrorCode.AlreadyExists, "action_exists",
                    $"The run has another action named {request.Name}.", "Choose another name.");
        }

        var action = Action(request, parent, taskId, now.ToMicros()) with
        {
            Queue = await QueueOfAsync(session, parent, request.Queue),
        };
        var machine = new ActionMachine(session, changes, now);
        if (request.Recovered is { } recovered
            && await Recovery.FindAsync(session, parent, request.Name, request.Task.Name, request.InputsDigest) is { } earlier
            && earlier.OutputUri == recovered.OutputUri)
        {
            await ClusterReferences.EnsureOwnAsync(session, parent.Org, parent.ClusterId, [recovered.Copy]);
            return await machine.CreateRecoveredAsync(
                action with { RecoveredFrom = Recovery.SourceOf(earlier) }, recovered.Copy);
        }

        var child = await (request.Kind switch
        {
            ActionKind.Trace => machine.CreateEndedAsync(action, request.Trace!),
            ActionKind.Condition => machine.CreatePausedAsync(action),
            _ => machine.CreateAsync(action),
        });
        if (child.Kind == ActionKind.Task)
        {
            await Recovery.TakeTracesAsync(session, machine, child);
        }

        return child;
    }

    // Its run has begun, so that only the queue's limit on actions and a stop keep the child waiting.
    private static async Task<string> QueueOfAsync(Session session, ActionRow parent, string queue) =>
        queue.Length == 0 || queue == parent.Queue ? parent.Queue
            : await QueueStore.FindAsync(session, parent.Org, parent.ClusterId, queue) is null ? throw QueueErrors.NoSuchQueue(queue)
            : queue;
}
