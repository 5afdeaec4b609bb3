using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>How a new run enters its queue: refused where too many wait, held where none may begin, else waiting.</summary>
internal static class QueueEntry
{
    public static async Task<QueueState> EnterAsync(Session session, string org, string clusterId, string name)
    {
        // Shares the cluster's row until the commit: a drain or a limit is set before it or after it, never beside it.
        var cluster = await QueueStore.LockClusterDrainAsync(session, org, clusterId);
        var queue = await QueueStore.FindAsync(session, org, clusterId, name) ?? throw QueueErrors.NoSuchQueue(name);
        if (await QueueStore.CountWaitingAsync(session, queue) >= queue.MaxWaiting)
        {
            throw QueueErrors.Full(queue);
        }

        return cluster != Drain.Open || queue.Drain != Drain.Open || queue.MaxRuns > 0 ? QueueState.Held : QueueState.Waiting;
    }
}
