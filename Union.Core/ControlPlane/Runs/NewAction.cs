using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What is stored of an action when it is created: queued, first attempt.</summary>
internal sealed record NewAction(
    string Org, long RunId, string Name, long? ParentId, string GroupName, long TaskId, string ClusterId, long Now,
    string InputUri)
{
    public ActionKind Kind { get; init; } = ActionKind.Task;

    /// <summary>What the client's cache key became under the cluster's.</summary>
    public string CacheKey { get; init; } = "";

    /// <summary>When a condition times out.</summary>
    public long? DeadlineAt { get; init; }
}
