using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

public sealed record AttemptRow(
    string Uid, string Org, long ActionId, string ClusterId, long Attempt, long Fence, ActionPhase Phase,
    long AssignedAt, long? ConfirmedAt, long? StartedAt, long? EndedAt, long? EndAskedAt, string OutputUri,
    string ReportUri, string ErrorCode, long ErrorKind, string ErrorPrivate);
