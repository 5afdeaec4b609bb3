using Union.Core.Boundary;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Actions as they were read lately. One statement tells whether an action is still as it was, where reading it takes
/// five; whoever polls, and everybody who opens the same page, pays for that one. It holds what the database holds.
/// </summary>
public sealed class RecentActions
{
    /// <summary>Thousands of usual actions, which have a kilobyte or two.</summary>
    internal const long MaxBytes = 16 << 20;

    private const long MaxAction = 64 << 10;
    private const int PerRow = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<ActionId, (ActionStamp Stamp, ActionDetail Detail)> _actions = [];
    private long _bytes;

    internal long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The action as it is now, in one statement where it is as it was read before.</summary>
    internal async Task<ActionDetail> ReadAsync(Session session, ActionId id)
    {
        if (await ActionStamp.FindAsync(session, id) is not { } stamp)
        {
            throw await RunStore.FindAsync(session, id.Run) is null
                ? RunErrors.NoSuchRun(id.Run.Name)
                : RunErrors.NoSuchAction(id);
        }

        if (Find(id, stamp) is { } known)
        {
            return known;
        }

        var detail = await ReadAsync(session, id.Run.Org, stamp);
        Keep(id, stamp, detail);
        return detail;
    }

    private static async Task<ActionDetail> ReadAsync(Session session, string org, ActionStamp stamp)
    {
        var action = ActionStore.Find(org, stamp.Id);
        var run = RunStore.Find(org, stamp.RunId);
        var task = TaskStore.Find(org, stamp.TaskId);
        var attempts = AttemptStore.OfAction(org, stamp.Id);
        var events = PhaseEventStore.OfAction(org, stamp.Id);
        await session.BatchAsync([action, run, task, attempts, events]);
        return new ActionDetail(
            action.Rows[0], task.Rows[0].Projection, task.Rows[0].PrivatePart, attempts.Rows, events.Rows, run.Rows[0]);
    }

    internal ActionDetail? Find(ActionId id, ActionStamp stamp)
    {
        lock (_gate)
        {
            return _actions.TryGetValue(id, out var found) && found.Stamp == stamp ? found.Detail : null;
        }
    }

    internal void Keep(ActionId id, ActionStamp stamp, ActionDetail detail)
    {
        var size = SizeOf(detail);
        lock (_gate)
        {
            if (_actions.Remove(id, out var before))
            {
                _bytes -= SizeOf(before.Detail);
            }

            if (size > MaxAction)
            {
                return;
            }

            // All at once: who is in use comes back with its next reader, and there is no order to keep.
            if (_bytes + size > MaxBytes)
            {
                _actions.Clear();
                _bytes = 0;
            }

            _actions[id] = (stamp, detail);
            _bytes += size;
        }
    }

    private static long SizeOf(ActionDetail detail) =>
        detail.TaskProjection.Length + detail.Run.Projection.Length + (2 * detail.Run.Labels.Length)
        + (PerRow * (8L + detail.Attempts.Count + (detail.Events.Count / 4)));
}
