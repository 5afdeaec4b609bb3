using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Queues;

internal static class QueueErrors
{
    public static UnionException NoSuchQueue(string name) => new(
        ErrorCode.InvalidArgument, "queue_unknown", $"The cluster has no queue {name}.",
        "See 'union queue list'; an administrator makes one with 'union queue set'.");

    public static UnionException Full(QueueRow queue) => new(
        ErrorCode.ResourceExhausted, "queue_full",
        $"In the queue {queue.Name} {queue.MaxWaiting} runs wait to begin, and it takes no more.",
        "Try again when some have begun, or let an administrator raise the limit with 'union queue set'.");
}
