using Union.Core.Boundary;
using Union.Core.ControlPlane.Caching;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Every transition of an action: takes the next number of its run, writes state and history in one transaction, and
/// ends what is below an action that is over. The caller holds the lock of the run.
/// </summary>
internal sealed class ActionMachine(Session session, ChangeSet changes, DateTimeOffset now)
{
    /// <summary>Attempts that the platform may lose before an action fails for it.</summary>
    private const int MaxSystemFailures = 3;

    private readonly long _now = now.ToMicros();
    private readonly Dictionary<long, List<ActionState>> _states = [];
    private readonly List<Statement> _others = [];
    private IReadOnlySet<long>? _leaves;

    /// <summary>
    /// From now on nothing is written before <see cref="FlushLastAsync"/>, which costs one round trip for all transitions.
    /// </summary>
    /// <param name="leaves">Actions that have no children: ending them ends nothing else.</param>
    public void Defer(IReadOnlySet<long> leaves) => _leaves = leaves;

    /// <summary>Writes what was deferred and <paramref name="more"/>, as the last of the transaction.</summary>
    public Task FlushLastAsync(params IEnumerable<Statement> more) => session.BatchLastAsync(Deferred(more));

    private Task FlushAsync() => session.BatchAsync(Deferred([]));

    private List<Statement> Deferred(IEnumerable<Statement> more)
    {
        var statements = new List<Statement>();
        foreach (var (runId, states) in _states)
        {
            statements.Add(RunStore.Change(states[0].Org, runId, states.Count));
            statements.AddRange(states.Select((s, i) => ActionStore.Update(s with { Back = states.Count - 1 - i })));
        }

        statements.AddRange(_others);
        statements.AddRange(more);
        _states.Clear();
        _others.Clear();
        return statements;
    }

    /// <summary>Puts a new action into the queue of its cluster.</summary>
    public async Task<ActionRow> CreateAsync(NewAction action)
    {
        changes.Clusters.Add(action.ClusterId);
        var row = await InsertAsync(action, PhaseEventStore.Begin(action with { Now = _now }));
        changes.Transitions.Add((row.Id, 1, ActionPhase.Queued));
        return row;
    }

    /// <summary>Records a call that its parent has made already.</summary>
    public async Task<ActionRow> CreateEndedAsync(NewAction action, TracedCall call)
    {
        var row = await InsertAsync(action);
        return await SettleAsync(row, ActionState.Of(row) with
        {
            Phase = call.Phase,
            QueueState = QueueState.None,
            StartedAt = call.StartedAt.ToMicros(),
            EndedAt = call.EndedAt.ToMicros(),
            OutputUri = call.OutputUri,
            ErrorCode = call.Phase == ActionPhase.Failed ? "traced_error" : "",
            ErrorKind = call.Phase == ActionPhase.Failed ? 1 : 0,
        });
    }

    /// <summary>An action whose result an earlier run has computed.</summary>
    public async Task<ActionRow> CreateRecoveredAsync(NewAction action, string outputUri)
    {
        var row = await InsertAsync(action);
        return await SettleAsync(row, ActionState.Of(row) with
        {
            Phase = ActionPhase.Recovered,
            QueueState = QueueState.None,
            StartedAt = _now,
            EndedAt = _now,
            OutputUri = outputUri,
        });
    }

    /// <summary>A condition: no cluster runs it, it waits until it is resolved.</summary>
    public async Task<ActionRow> CreatePausedAsync(NewAction action)
    {
        var row = await InsertAsync(action);
        return await SettleAsync(
            row, ActionState.Of(row) with { Phase = ActionPhase.Paused, QueueState = QueueState.None, StartedAt = _now });
    }

    public Task<ActionRow> SignalAsync(ActionRow action, string valuePrivate, string by) => MoveAsync(
        action, Ended(action, ActionPhase.Succeeded, _now) with { ValuePrivate = valuePrivate, SignalledBy = by }, _now);

    /// <summary>The cluster took the action on; it no longer returns to the queue by itself.</summary>
    public Task<ActionRow> ProgressAsync(ActionRow action, ActionPhase phase, long at) =>
        phase <= action.Phase
            ? Task.FromResult(action)
            : MoveAsync(action, ActionState.Of(action) with
            {
                Phase = phase,
                QueueState = QueueState.None,
                StartedAt = action.StartedAt ?? (phase == ActionPhase.Running ? at : null),
            }, at);

    public Task<ActionRow> SucceedAsync(ActionRow action, string outputUri, long at) =>
        MoveAsync(action, Ended(action, ActionPhase.Succeeded, at) with { OutputUri = outputUri }, at);

    /// <summary>Tries again where a retry may help and one is left, otherwise ends the action.</summary>
    public Task<ActionRow> FailAsync(ActionRow action, ActionPhase phase, Failure failure, long at)
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
    public Task<ActionRow> ReturnToQueueAsync(ActionRow action) => RequeueAsync(action, ActionState.Of(action), _now);

    /// <summary>Another action computes the same result: out of the queue until that one is over.</summary>
    public Task<ActionRow> ParkAsync(ActionRow action, string cacheKey) => MoveAsync(
        action,
        ActionState.Of(action) with
        {
            Phase = ActionPhase.WaitingForResources,
            QueueState = QueueState.Parked,
            QueuedAt = _now,
            CacheKey = cacheKey,
        },
        _now);

    /// <summary>The result of an earlier action, which nobody needs to compute again.</summary>
    public Task<ActionRow> TakeOverAsync(ActionRow action, string cacheKey, string outputUri, string source) => MoveAsync(
        action,
        Ended(action, ActionPhase.Succeeded, _now) with
        {
            OutputUri = outputUri,
            CacheKey = cacheKey,
            CacheStatus = CacheStatus.Hit,
            CacheSource = source,
        },
        _now);

    public async Task<ActionRow> AbortAsync(ActionRow action, string reason, string by)
    {
        if (action.Phase.IsTerminal())
        {
            return action;
        }

        _others.Add(AttemptStore.AskEnd(action.Org, action.Id, _now));
        changes.Clusters.Add(action.ClusterId);
        return await MoveAsync(action, Ended(action, ActionPhase.Aborted, _now) with { AbortReason = reason, AbortedBy = by }, _now);
    }

    private async Task<ActionRow> InsertAsync(NewAction action, params IEnumerable<Statement> more)
    {
        var inserted = ActionStore.FindInRun(action.Org, action.RunId, action.Name);
        await session.BatchAsync(
        [
            RunStore.Change(action.Org, action.RunId, 1), ActionStore.Insert(action with { Now = _now }), .. more, inserted,
        ]);
        changes.Runs.Add(action.RunId);
        return inserted.Rows[0];
    }

    // In the transaction that inserted it: nobody ever sees it queued.
    private async Task<ActionRow> SettleAsync(ActionRow row, ActionState state)
    {
        await session.BatchAsync(
        [
            ActionStore.Update(state),
            PhaseEventStore.Append(state.Org, state.Id, 1, state.Phase, state.EndedAt ?? _now, _now),
        ]);
        changes.Transitions.Add((state.Id, 1, state.Phase));
        return state.In(row);
    }

    private static ActionState Ended(ActionRow action, ActionPhase phase, long at) => ActionState.Of(action) with
    {
        Phase = phase,
        QueueState = QueueState.None,
        StartedAt = action.StartedAt ?? at,
        EndedAt = at,
    };

    private async Task<ActionRow> RequeueAsync(ActionRow action, ActionState state, long at)
    {
        changes.Clusters.Add(action.ClusterId);
        return await MoveAsync(action, state with
        {
            Phase = ActionPhase.Queued,
            QueueState = QueueState.Waiting,
            QueuedAt = _now,
        }, at);
    }

    private async Task<ActionRow> MoveAsync(ActionRow action, ActionState state, long at)
    {
        state = Change(action, state, at);
        if (state.Phase.IsTerminal() && _leaves?.Contains(action.Id) != true)
        {
            await FlushAsync();
            await EndBelowAsync(action, state.Phase);
        }

        if (_leaves is null)
        {
            await FlushAsync();
        }

        return state.In(action);
    }

    // Of several changes of one action in one transaction only the last is seen, and only it takes a number.
    private ActionState Change(ActionRow action, ActionState state, long at)
    {
        PhaseRules.Ensure(action, state.Phase);
        if (state.Phase.IsTerminal() && state.CacheKey.Length > 0)
        {
            state = SettleCache(action, state);
        }

        if (!_states.TryGetValue(action.RunRowId, out var states))
        {
            _states[action.RunRowId] = states = [];
        }

        states.RemoveAll(s => s.Id == state.Id);
        states.Add(state);
        if (state.Phase != action.Phase || state.Attempt != action.Attempt)
        {
            _others.Add(PhaseEventStore.Append(action.Org, action.Id, state.Attempt, state.Phase, at, _now));
            changes.Transitions.Add((action.Id, state.Attempt, state.Phase));
        }

        changes.Runs.Add(action.RunRowId);
        return state;
    }

    // What a success computed is there for later actions, and whoever waited for it goes on, however it ended.
    private ActionState SettleCache(ActionRow action, ActionState state)
    {
        var key = new CacheKey(action.Org, action.Project, action.Domain, action.ClusterId, state.CacheKey);
        if (state.Phase == ActionPhase.Succeeded && state.CacheStatus is CacheStatus.Miss or CacheStatus.Skipped)
        {
            state = state with { CacheStatus = CacheStatus.Populated };
            _others.Add(CacheStore.Put(new CacheRow(
                key.Org, key.Project, key.Domain, key.ClusterId, key.Key, action.TaskName, action.CacheVersion,
                state.OutputUri, $"{action.Run}/{action.Name}/{state.Attempt}", _now, _now)));
        }

        _others.Add(CacheStore.Release(key, action.Id));
        _others.Add(CacheStore.Wake(key, _now));
        changes.Clusters.Add(action.ClusterId);
        return state;
    }

    // A parent that is over can no longer use what its children do; a successful one has waited for what it needed.
    private async Task EndBelowAsync(ActionRow action, ActionPhase phase)
    {
        foreach (var descendant in await ActionStore.LiveDescendantsAsync(session, action.Org, action.Id))
        {
            _others.Add(AttemptStore.AskEnd(descendant.Org, descendant.Id, _now));
            changes.Clusters.Add(descendant.ClusterId);
            Change(descendant, Ended(descendant, ActionPhase.Aborted, _now) with
            {
                AbortReason = $"Its parent {action.Name} is {phase.ToString().ToLowerInvariant()}.",
                AbortedBy = "system",
            }, _now);
        }

        await FlushAsync();
    }
}
