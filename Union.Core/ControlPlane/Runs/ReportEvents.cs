using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Commits a batch of a cluster's events in one transaction. A repeated one is skipped by its number, a missing one is
/// asked for, and the result of an attempt that lost its lease is refused.
/// </summary>
public sealed record ReportEvents(string Session, IReadOnlyList<AttemptEvent> Events)
    : IUseCase<ReportResult>, IClusterRequest;

/// <param name="Sequence">1, 2, 3, ... over all attempts of the cluster.</param>
/// <param name="At">The cluster's clock.</param>
/// <param name="ErrorKind">1 user, 2 system.</param>
/// <param name="ErrorPrivate">Keyed digest of the error text.</param>
public sealed record AttemptEvent(
    long Sequence, AttemptKey Key, DateTimeOffset At, ActionPhase Phase, string ErrorCode, long ErrorKind,
    bool Recoverable, string ErrorPrivate, string OutputUri, string ReportUri);

/// <param name="Refused">Attempts whose fence is stale: the cluster ends and forgets them.</param>
public sealed record ReportResult(long AckedSequence, IReadOnlyList<AttemptKey> Refused);

internal sealed class ReportEventsValidator : AbstractValidator<ReportEvents>
{
    public ReportEventsValidator()
    {
        RuleFor(r => r.Events.Count).LessThanOrEqualTo(500).WithMessage("A report may have 500 events.");
        RuleForEach(r => r.Events).ChildRules(e =>
        {
            e.RuleFor(x => x.ErrorCode).Matches("^[a-z0-9_]{0,63}$").WithMessage("An error code is a snake_case word.");
            e.RuleFor(x => x.ErrorPrivate).Matches("^[0-9a-f]{0,64}$").WithMessage("A digest is hexadecimal.");
            e.RuleFor(x => x.OutputUri).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
                .WithMessage("An output reference is malformed.");
            e.RuleFor(x => x.ReportUri).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
                .WithMessage("A report reference is malformed.");
        });
    }
}

internal sealed class ReportEventsHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<ReportEvents, ReportResult>
{
    public async Task<ReportResult> Handle(ReportEvents request, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var result = await database.WriteAsync(
            caller.Cluster.Org, session => CommitAsync(session, request, changes), cancellationToken);
        signals.Publish(changes);
        return result;
    }

    private async Task<ReportResult> CommitAsync(Session session, ReportEvents request, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        var machine = new ActionMachine(session, changes, now);
        // Reports of one cluster come one after the other, and so do the locks that they take.
        var cluster = ClusterStore.Lock(caller.Cluster);
        var attempts = await ReportedAttempts.LockAsync(session, caller.Cluster, machine, request.Events, cluster);
        if (cluster.First?.Session != request.Session)
        {
            throw ClusterErrors.NoSession();
        }

        var events = Fresh(request.Events, cluster.First.AckedEvent);
        if (events.Count == 0)
        {
            return new ReportResult(cluster.First.AckedEvent, []);
        }

        var refused = new List<AttemptKey>();
        foreach (var e in events)
        {
            if (!await ApplyAsync(attempts, machine, e))
            {
                refused.Add(e.Key);
            }
        }

        var acked = events[^1].Sequence;
        await machine.FlushLastAsync([.. attempts.Updates, ClusterStore.Acknowledge(caller.Cluster, acked, now)]);
        return new ReportResult(acked, refused);
    }

    /// <summary>What is not committed yet, without a gap.</summary>
    private static List<AttemptEvent> Fresh(IReadOnlyList<AttemptEvent> events, long acked)
    {
        var fresh = events.Where(e => e.Sequence > acked).ToList();
        for (var i = 0; i < fresh.Count; i++)
        {
            if (fresh[i].Sequence != acked + 1 + i)
            {
                throw new UnionException(
                    ErrorCode.OutOfRange, "event_gap", $"Event {acked + 1 + i} was expected, {fresh[i].Sequence} came.");
            }
        }

        return fresh;
    }

    private static async Task<bool> ApplyAsync(ReportedAttempts attempts, ActionMachine machine, AttemptEvent e)
    {
        if (attempts.Find(e.Key) is not { } attempt)
        {
            return false;
        }

        var action = attempts.ActionOf(attempt);
        // One that was not confirmed in time waits in the queue again, under the same fence until it is handed out.
        var current = action.Fence == attempt.Fence && attempt.EndAskedAt is null && !action.Phase.IsTerminal();
        attempts.Set(Updated(attempt, e, current));
        if (current)
        {
            await attempts.SetAsync(await MoveAsync(machine, action, e));
        }

        return current;
    }

    private static AttemptRow Updated(AttemptRow attempt, AttemptEvent e, bool current)
    {
        var at = e.At.ToMicros();
        var updated = attempt with { ConfirmedAt = attempt.ConfirmedAt ?? at, Phase = e.Phase };
        if (e.Phase == ActionPhase.Running)
        {
            return updated with { StartedAt = attempt.StartedAt ?? at };
        }

        if (!e.Phase.IsTerminal())
        {
            return updated;
        }

        // A result that came too late is not kept: the attempt counts as ended, with no outcome of its own.
        return current
            ? updated with
            {
                EndedAt = at,
                OutputUri = e.OutputUri,
                ReportUri = e.ReportUri,
                ErrorCode = e.ErrorCode,
                ErrorKind = e.ErrorKind,
                ErrorPrivate = e.ErrorPrivate,
            }
            : updated with { EndedAt = at, Phase = ActionPhase.Aborted };
    }

    private static Task<ActionRow> MoveAsync(ActionMachine machine, ActionRow action, AttemptEvent e)
    {
        var at = e.At.ToMicros();
        var failure = new Failure(e.ErrorCode, e.ErrorKind, e.ErrorPrivate, e.Recoverable);
        return e.Phase switch
        {
            ActionPhase.WaitingForResources or ActionPhase.Initializing or ActionPhase.Running =>
                machine.ProgressAsync(action, e.Phase, at),
            ActionPhase.Succeeded => machine.SucceedAsync(action, e.OutputUri, at),
            ActionPhase.Failed or ActionPhase.TimedOut => machine.FailAsync(action, e.Phase, failure, at),
            ActionPhase.Aborted => machine.AbortAsync(action, "The cluster ended it.", "cluster"),
            _ => throw new UnionException(
                ErrorCode.InvalidArgument, "phase_illegal", $"A cluster cannot report the phase {e.Phase}."),
        };
    }
}
