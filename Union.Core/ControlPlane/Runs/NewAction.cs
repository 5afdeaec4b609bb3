using Union.Core.Boundary;
using Union.Core.ControlPlane.Queues;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What is stored of an action when it is created: queued, first attempt.</summary>
internal sealed record NewAction(
    string Org, long RunId, string Name, long? ParentId, string GroupName, long TaskId, string ClusterId, long Now,
    string InputUri)
{
    public ActionKind Kind { get; init; } = ActionKind.Task;

    /// <summary>What the client's cache key became under the cluster's.</summary>
    public string CacheKey { get; init; } = "";

    /// <summary>The queue that it waits in.</summary>
    public string Queue { get; init; } = QueueRow.DefaultName;

    /// <summary>Among what a queue is shared: the project.</summary>
    public string Share { get; init; } = "";

    public QueueState QueueState { get; init; } = QueueState.Waiting;

    /// <summary>Keyed digest of the inputs, by which another run recognises that it would compute the same.</summary>
    public string InputsDigest { get; init; } = "";

    /// <summary>Run whose action of the same name has computed the result.</summary>
    public string RecoveredFrom { get; init; } = "";

    /// <summary>When a condition times out.</summary>
    public long? DeadlineAt { get; init; }

    /// <summary>How many changes of the same transaction and run come after this one.</summary>
    public long Back { get; init; }
}
