using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>
/// Takes the next actions of a cluster from its queues. With one queue that is one statement; each further queue adds one,
/// and each limit one that counts to the limit.
/// </summary>
internal sealed class QueueClaims(Session session, QueueTurns turns, Drain cluster, long till)
{
    private readonly List<ClaimedAction> _claimed = [];
    private readonly Dictionary<QueueRow, int> _taken = [];

    /// <summary>How many were taken of each queue that was asked.</summary>
    public IReadOnlyDictionary<QueueRow, int> Taken => _taken;

    /// <summary>A limit kept something back: a place in it may be free long before anything new comes.</summary>
    public bool IsLimited { get; private set; }

    /// <param name="limit">How many of any kind.</param>
    /// <param name="children">How many children beside those.</param>
    public async Task<IReadOnlyList<ClaimedAction>> ClaimAsync(IReadOnlyList<QueueRow> queues, int limit, int children)
    {
        IReadOnlyList<QueueRow> open = [.. queues.Where(q => q.Drain != Drain.Stopped)];
        var offers = turns.Order(open, limit);
        foreach (var (queue, places) in offers)
        {
            await ClaimAsync(queue, Math.Min(places, limit - _claimed.Count), QueueStore.ClaimAsync);
        }

        foreach (var (queue, places) in offers.Where(o => o.Places < limit && _taken.GetValueOrDefault(o.Queue) == o.Places))
        {
            await ClaimAsync(queue, limit - _claimed.Count, QueueStore.ClaimAsync);
        }

        foreach (var (queue, _) in children == 0 ? [] : turns.Order(open, children))
        {
            await ClaimAsync(queue, limit + children - _claimed.Count, QueueStore.ClaimChildrenAsync);
        }

        return _claimed;
    }

    private async Task ClaimAsync(
        QueueRow queue, int places, Func<Session, QueueRow, int, long, Task<IReadOnlyList<ClaimedAction>>> claim)
    {
        if (places <= 0)
        {
            return;
        }

        _taken.TryAdd(queue, 0);
        if (await RoomAsync(queue, places) is var room and > 0)
        {
            var ids = await claim(session, queue, room, till);
            _claimed.AddRange(ids);
            _taken[queue] += ids.Count;
        }
    }

    private async Task<int> RoomAsync(QueueRow queue, int places)
    {
        if (queue is { MaxRuns: 0, MaxActions: 0 })
        {
            return places;
        }

        IsLimited = true;
        await QueueStore.LockAsync(session, queue);
        if (queue.MaxRuns > 0 && cluster == Drain.Open && queue.Drain == Drain.Open)
        {
            var free = queue.MaxRuns - await QueueStore.CountBegunAsync(session, queue);
            if (free > 0)
            {
                await QueueStore.ReleaseAsync(session, queue, free);
            }
        }

        // What this transaction has claimed is no attempt yet.
        return queue.MaxActions == 0
            ? places
            : (int)Math.Clamp(
                queue.MaxActions - await QueueStore.CountRunningAsync(session, queue) - _taken[queue], 0, places);
    }
}
