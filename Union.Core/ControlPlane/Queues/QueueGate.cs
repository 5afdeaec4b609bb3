using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

/// <summary>
/// Makes what waits agree with what a queue and its cluster allow. The caller holds the cluster's lock against leases and
/// new runs, so nothing enters under the old rule afterwards.
/// </summary>
internal static class QueueGate
{
    public static async Task ApplyAsync(Session session, Drain cluster, QueueRow queue)
    {
        if (cluster != Drain.Open || queue.Drain != Drain.Open || queue.MaxRuns > 0)
        {
            // With a limit on runs, leases let the next ones begin.
            await QueueStore.HoldAsync(session, queue);
            return;
        }

        await QueueStore.ReleaseAsync(session, queue, long.MaxValue);
    }
}
