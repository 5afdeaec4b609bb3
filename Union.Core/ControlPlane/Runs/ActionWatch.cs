using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Reads one action again and again, and keeps its newest state for those who wait for it.</summary>
internal sealed class ActionWatch : IDisposable
{
    /// <summary>A wake-up that was lost costs this long and nothing else.</summary>
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    private readonly ActionId _id;
    private readonly MetadataDatabase _database;
    private readonly RecentActions _recent;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationToken _stopping;
    private readonly Lock _gate = new();
    private ActionDetail? _newest;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ActionWatch(
        ActionId id, ActionRow action, MetadataDatabase database, RecentActions recent, RunSignals signals,
        TimeProvider time)
    {
        (_id, _database, _recent, _time, _stopping) = (id, database, recent, time, _stopped.Token);
        _ = Task.Run(() => RunAsync(action, signals));
    }

    /// <summary>Guarded by whoever counts them.</summary>
    public int Seats { get; set; }

    public bool HasFailed { get; private set; }

    /// <summary>Nobody watches any more.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    public async Task<ActionDetail> NextAsync(long change, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_newest is { } newest && newest.Action.Change > change)
                {
                    return newest;
                }

                next = _next.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private async Task RunAsync(ActionRow action, RunSignals signals)
    {
        try
        {
            using var subscription = signals.Runs.Subscribe(action.RunRowId);
            await FollowAsync(action, subscription);
        }
#pragma warning disable CA1031 // The border of a shared loop: whatever ended it is the answer of all who watch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            HasFailed = true;
            _next.TrySetException(e);
            // Nobody may be waiting just now.
            _ = _next.Task.Exception;
        }
    }

    private async Task FollowAsync(ActionRow action, Signals<long>.Subscription subscription)
    {
        for (var seen = -1L; ;)
        {
            // A run's actions wake all of its watchers; one number tells whether this one is meant.
            var change = await _database.ReadAsync(
                action.Org, session => ActionStore.ChangeOfAsync(session, action.Org, action.Id), _stopping);
            if (change != seen)
            {
                var detail = await _database.ReadAsync(
                    action.Org, session => _recent.ReadAsync(session, _id), _stopping);
                seen = detail.Action.Change;
                Show(detail);
                if (detail.Action.Phase.IsTerminal())
                {
                    return;
                }
            }

            await subscription.WaitAsync(SafetyNet, _time, _stopping);
        }
    }

    private void Show(ActionDetail detail)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            (_newest, before) = (detail, _next);
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }
}
