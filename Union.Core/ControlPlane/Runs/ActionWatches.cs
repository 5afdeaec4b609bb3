using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// One reader for all who watch the same action: it looks when the run changes and shows each of them what it saw, so that
/// a change costs one read however many watch. A reader lives while somebody watches.
/// </summary>
public sealed class ActionWatches(
    MetadataDatabase database, RecentActions recent, RunSignals signals, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ActionWatch> _byAction = [];

    /// <summary>How many actions are watched.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _byAction.Count;
            }
        }
    }

    /// <summary>A seat among those who watch the action, until it is disposed.</summary>
    internal Seat Join(ActionId id, ActionRow action)
    {
        lock (_gate)
        {
            if (!_byAction.TryGetValue(action.Id, out var watch) || watch.HasFailed)
            {
                watch = new ActionWatch(id, action, database, recent, signals, time);
                _byAction[action.Id] = watch;
            }

            watch.Seats++;
            return new Seat(this, watch, action.Id);
        }
    }

    private void Leave(ActionWatch watch, long action)
    {
        lock (_gate)
        {
            if (--watch.Seats > 0)
            {
                return;
            }

            if (_byAction.TryGetValue(action, out var present) && present == watch)
            {
                _byAction.Remove(action);
            }
        }

        watch.Dispose();
    }

    internal sealed class Seat(ActionWatches owner, ActionWatch watch, long action) : IDisposable
    {
        /// <summary>The newest state once there is one after <paramref name="change"/>.</summary>
        public Task<ActionDetail> NextAsync(long change, CancellationToken cancellationToken) =>
            watch.NextAsync(change, cancellationToken);

        public void Dispose() => owner.Leave(watch, action);
    }
}
