using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>An action with the names around it.</summary>
public sealed record ActionRow(
    long Id, string Org, string Project, string Domain, string Run, long RunRowId, string Name, string? Parent,
    long? ParentId, string GroupName, long TaskId, string TaskName, string TaskVersion, string TaskShortName,
    string TaskType, long MaxAttempts, string ClusterId, ActionPhase Phase, long QueueState, long Fence, long Attempt,
    long SystemFails, long Change, long CreatedAt, long? StartedAt, long? EndedAt, string InputUri, string OutputUri,
    string ErrorCode, long ErrorKind, string ErrorPrivate, string AbortReason, string AbortedBy, string CreatedBy,
    string RunLabels, long RunSource, string TriggerTask, string TriggerName, long TriggerRevision,
    string TaskEnvironment, ActionKind Kind, string ValuePrivate, string SignalledBy, string CacheKey,
    string CacheVersion, CacheStatus CacheStatus, string CacheSource, string Queue, string InputsDigest,
    string RecoveredFrom, long RecoversRunId)
{
    public RunId RunId => new(Org, Project, Domain, Run);

    public ActionId ActionId => new(RunId, Name);
}
