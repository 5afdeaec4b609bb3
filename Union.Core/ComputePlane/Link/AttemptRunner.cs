using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Caching;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Core.Pipeline;
using ErrorKind = Union.Core.ComputePlane.Execution.ErrorKind;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// One attempt from lease to last event. Every step is in the journal before it shows outside, so that after a crash the
/// same attempt is taken up again where it stood.
/// </summary>
public sealed partial class AttemptRunner(
    AttemptJournal journal, IExecutor executor, AttemptWorkBuilder builder, CacheLookup cache, PrivateParts privateParts,
    OutboxSignal outbox, AttemptMeter meter, IAuditLog audit, TimeProvider time, ILogger<AttemptRunner> logger)
{
    /// <summary>Takes an assignment on and runs it; one that was taken on before is left to its first runner.</summary>
    public async Task RunAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        // Before it is taken on: what has its result already, or waits for another's, never begins.
        if (!await cache.MayStartAsync(assignment, cancellationToken))
        {
            return;
        }

        var capability = Capability.New();
        if (!await TryTakeAsync(assignment, capability, cancellationToken))
        {
            return;
        }

        outbox.Progressed();
        if (await TryStartAsync(assignment, capability, cancellationToken))
        {
            await FinishAsync(assignment, cancellationToken);
        }
    }

    /// <summary>Takes an assignment on only to end it: what it says is the attempt's result.</summary>
    public async Task RefuseAsync(Assignment assignment, AttemptError error, CancellationToken cancellationToken)
    {
        if (await TryTakeAsync(assignment, Capability.New(), cancellationToken))
        {
            var now = time.GetUtcNow();
            await EndAsync(
                assignment, new AttemptResult(AttemptOutcome.Failed, now, now, error, null, null), cancellationToken);
        }
    }

    /// <summary>
    /// Takes up an attempt that nobody follows any more, such as one that an earlier process of this cluster started. One
    /// whose last event was written between the look and this call is left alone.
    /// </summary>
    public async Task ResumeAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        if (!await journal.IsOpenAsync(assignment.Ref.Key(), cancellationToken))
        {
            return;
        }

        var known = await executor.ListAsync(cancellationToken);
        if (known.Contains(assignment.Ref.Key()))
        {
            // The process may have died between the start and its event; one that is told twice changes nothing.
            await SayRunningAsync(assignment, cancellationToken);
            await FinishAsync(assignment, cancellationToken);
            return;
        }

        // Taken on, and the process died before the executor knew it: nothing of the task has run.
        await EndAsync(
            assignment,
            new AttemptResult(
                AttemptOutcome.Failed, time.GetUtcNow(), time.GetUtcNow(),
                new AttemptError("not_started", ErrorKind.System, "The compute plane ended before the start.", true),
                null, null),
            cancellationToken);
    }

    private async Task<bool> TryTakeAsync(
        Assignment assignment, SecretValue capability, CancellationToken cancellationToken)
    {
        var first = Event(assignment.Ref, WirePhase.Initializing, time.GetUtcNow());
        try
        {
            return await journal.TakeAsync(assignment, Capability.HashOf(capability.Reveal()), first, cancellationToken);
        }
        catch (UnionException e)
        {
            // Never confirmed, it goes back to the queue by itself.
            LogNotTaken(assignment.Ref.AttemptUid, e);
            return false;
        }
    }

    private async Task<bool> TryStartAsync(
        Assignment assignment, SecretValue capability, CancellationToken cancellationToken)
    {
        try
        {
            var work = await builder.BuildAsync(assignment, capability, cancellationToken);
            await executor.StartAsync(work, cancellationToken);
        }
        catch (Exception e) when (e is UnionException or ObjectStoreException or SecretStoreException
            or InvalidProtocolBufferException)
        {
            var now = time.GetUtcNow();
            await JournalAsync(assignment.Id(), e, now);
            await EndAsync(
                assignment, new AttemptResult(AttemptOutcome.Failed, now, now, ToError(e), null, null), cancellationToken);
            return false;
        }

        await SayRunningAsync(assignment, cancellationToken);
        return true;
    }

    private async Task SayRunningAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        await journal.AppendAsync(
            Event(assignment.Ref, WirePhase.Running, time.GetUtcNow()), last: false, cancellationToken);
        outbox.Progressed();
    }

    // What the control plane sent and this cluster will not do is evidence that the control plane cannot edit.
    private Task JournalAsync(AttemptId id, Exception exception, DateTimeOffset now) => exception is UnionException refusal
        ? audit.WriteAsync(
            new AuditEntry(
                id.Action.Run.Org, now, $"task:{id.Action.Run.Name}/{id.Action.Name}", "StartAttempt",
                $"attempt {id.Action.Run.Scope}/{id.Action.Run.Name}/{id.Action.Name}/{id.Attempt}", refusal.Reason, ""),
            CancellationToken.None)
        : Task.CompletedTask;

    private async Task FinishAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        var result = await executor.WaitAsync(assignment.Ref.Key(), cancellationToken);
        await EndAsync(assignment, result, cancellationToken);
    }

    private async Task EndAsync(Assignment assignment, AttemptResult result, CancellationToken cancellationToken)
    {
        var e = Event(assignment.Ref, PhaseOf(result.Outcome), result.EndedAt);
        e.OutputUri = result.Outputs?.ToString() ?? "";
        e.ReportUri = result.Report?.ToString() ?? "";
        if (result.Error is { } error)
        {
            e.ErrorCode = error.Code;
            e.ErrorKind = (Contracts.Cluster.V1.ErrorKind)error.Kind;
            e.Recoverable = error.Recoverable;
            e.ErrorPrivate = await KeepTextAsync(assignment.Id().Action.Run.Scope, error, cancellationToken);
        }

        await journal.AppendAsync(e, last: true, cancellationToken);
        outbox.Ended();
        meter.Ended(result);
        LogEnded(assignment.Ref.AttemptUid, result.Outcome);
    }

    // In the form in which it is spliced into an ActionDetails on its way to a reader.
    private async Task<string> KeepTextAsync(
        ProjectScope scope, AttemptError error, CancellationToken cancellationToken)
    {
        try
        {
            return await privateParts.PutAsync(scope, KeptError.Write(error), cancellationToken);
        }
        catch (Exception e) when (e is UnionException or ObjectStoreException)
        {
            LogTextLost(error.Code, e);
            return "";
        }
    }

    private static AttemptError ToError(Exception exception) => exception switch
    {
        UnionException { Code: ErrorCode.Unavailable or ErrorCode.ResourceExhausted } e =>
            new AttemptError(e.Reason, ErrorKind.System, e.Message, true),
        UnionException e => new AttemptError(e.Reason, ErrorKind.User, e.Message, false),
        ObjectStoreException { Error: ObjectStoreError.NotFound } e =>
            new AttemptError("input_missing", ErrorKind.User, e.Message, false),
        ObjectStoreException e => new AttemptError("object_store", ErrorKind.System, e.Message, true),
        SecretStoreException e => new AttemptError("secret_store", ErrorKind.System, e.Message, true),
        _ => new AttemptError("task_malformed", ErrorKind.User, "The task or its inputs cannot be decoded.", false),
    };

    private static WirePhase PhaseOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => WirePhase.Succeeded,
        AttemptOutcome.TimedOut => WirePhase.TimedOut,
        AttemptOutcome.Aborted => WirePhase.Aborted,
        _ => WirePhase.Failed,
    };

    private static AttemptEvent Event(AttemptRef key, WirePhase phase, DateTimeOffset at) => new()
    {
        Ref = key.Clone(),
        Phase = phase,
        At = at.ToTimestamp(),
    };

    [LoggerMessage(2001, LogLevel.Information, "Attempt {AttemptUid} ended: {Outcome}")]
    private partial void LogEnded(string attemptUid, AttemptOutcome outcome);

    [LoggerMessage(2012, LogLevel.Error, "Attempt {AttemptUid} was not taken on; the control plane gives it out again")]
    private partial void LogNotTaken(string attemptUid, Exception exception);

    [LoggerMessage(2002, LogLevel.Warning, "The text of error {ErrorCode} could not be kept; readers see its code only")]
    private partial void LogTextLost(string errorCode, Exception exception);
}
