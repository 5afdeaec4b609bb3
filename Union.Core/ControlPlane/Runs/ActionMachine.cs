using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Every transition of an action: takes the next number of its run, writes state and history in one transaction, and
/// ends what is below an action that is over.
/// </summary>
internal sealed class ActionMachine(Session session, ChangeSet changes, DateTimeOffset now)
{
    /// <summary>Attempts that the platform may lose before an action fails for it.</summary>
    private const int MaxSystemFailures = 3;

    private readonly long _now = now.ToMicros();

    /// <summary>Puts a new action into the queue of its cluster.</summary>
    public async Task<long> CreateAsync(NewAction action)
    {
        var change = await RunStore.NextChangeAsync(session, action.Org, action.RunId);
        var id = await ActionStore.InsertAsync(session, action with { Change = change, Now = _now });
        await PhaseEventStore.AppendAsync(session, action.Org, id, 1, ActionPhase.Queued, _now, _now);
        changes.Runs.Add(action.RunId);
        changes.Clusters.Add(action.ClusterId);
        return id;
    }

    /// <summary>The cluster took the action on; it no longer returns to the queue by itself.</summary>
    public Task ProgressAsync(ActionRow action, ActionPhase phase, long at) =>
        phase <= action.Phase
            ? Task.CompletedTask
            : MoveAsync(action, ActionState.Of(action) with
            {
                Phase = phase,
                QueueState = QueueState.None,
                StartedAt = action.StartedAt ?? (phase == ActionPhase.Running ? at : null),
            }, at);

    public Task SucceedAsync(ActionRow action, string outputUri, long at) =>
        MoveAsync(action, Ended(action, ActionPhase.Succeeded, at) with { OutputUri = outputUri }, at);

    /// <summary>Tries again where a retry may help and one is left, otherwise ends the action.</summary>
    public Task FailAsync(ActionRow action, ActionPhase phase, Failure failure, long at)
    {
        var state = ActionState.Of(action) with
        {
            ErrorCode = failure.Code,
            ErrorKind = failure.Kind,
            ErrorPrivate = failure.PrivatePart,
            SystemFails = action.SystemFails + (failure.IsSystem ? 1 : 0),
        };
        var userAttempts = state.Attempt - state.SystemFails;
        var again = failure.Recoverable && (failure.IsSystem
            ? state.SystemFails <= MaxSystemFailures
            : userAttempts < action.MaxAttempts);
        return again
            ? RequeueAsync(action, state with { Attempt = action.Attempt + 1 }, at)
            : MoveAsync(action, state with
            {
                Phase = phase,
                QueueState = QueueState.None,
                EndedAt = at,
                StartedAt = state.StartedAt ?? at,
            }, at);
    }

    /// <summary>An assignment that nobody took on: the same attempt waits again, under a higher fence.</summary>
    public Task ReturnToQueueAsync(ActionRow action) => RequeueAsync(action, ActionState.Of(action), _now);

    public async Task AbortAsync(ActionRow action, string reason, string by)
    {
        if (action.Phase.IsTerminal())
        {
            return;
        }

        await AttemptStore.AskEndAsync(session, action.Org, action.Id, _now);
        changes.Clusters.Add(action.ClusterId);
        await MoveAsync(action, Ended(action, ActionPhase.Aborted, _now) with { AbortReason = reason, AbortedBy = by }, _now);
    }

    private static ActionState Ended(ActionRow action, ActionPhase phase, long at) => ActionState.Of(action) with
    {
        Phase = phase,
        QueueState = QueueState.None,
        StartedAt = action.StartedAt ?? at,
        EndedAt = at,
    };

    private async Task RequeueAsync(ActionRow action, ActionState state, long at)
    {
        await MoveAsync(action, state with
        {
            Phase = ActionPhase.Queued,
            QueueState = QueueState.Waiting,
            QueuedAt = _now,
        }, at);
        changes.Clusters.Add(action.ClusterId);
    }

    private async Task MoveAsync(ActionRow action, ActionState state, long at)
    {
        var change = await RunStore.NextChangeAsync(session, action.Org, action.RunRowId);
        await ActionStore.UpdateAsync(session, state with { Change = change });
        if (state.Phase != action.Phase || state.Attempt != action.Attempt)
        {
            await PhaseEventStore.AppendAsync(
                session, action.Org, action.Id, state.Attempt, state.Phase, at, _now);
        }

        changes.Runs.Add(action.RunRowId);
        if (state.Phase.IsTerminal())
        {
            await EndBelowAsync(action, state.Phase);
        }
    }

    // A parent that is over can no longer use what its children do; a successful one has waited for what it needed.
    private async Task EndBelowAsync(ActionRow action, ActionPhase phase)
    {
        foreach (var descendant in await ActionStore.LiveDescendantsAsync(session, action.Org, action.Id))
        {
            await AttemptStore.AskEndAsync(session, descendant.Org, descendant.Id, _now);
            changes.Clusters.Add(descendant.ClusterId);
            var state = Ended(descendant, ActionPhase.Aborted, _now) with
            {
                AbortReason = $"Its parent {action.Name} is {phase.ToString().ToLowerInvariant()}.",
                AbortedBy = "system",
            };
            var change = await RunStore.NextChangeAsync(session, descendant.Org, descendant.RunRowId);
            await ActionStore.UpdateAsync(session, state with { Change = change });
            await PhaseEventStore.AppendAsync(
                session, descendant.Org, descendant.Id, state.Attempt, state.Phase, _now, _now);
        }
    }
}
