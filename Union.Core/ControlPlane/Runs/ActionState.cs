using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>The part of an action that changes while it lives.</summary>
internal sealed record ActionState(
    string Org, long Id, ActionPhase Phase, QueueState QueueState, long QueuedAt, long Attempt, long SystemFails,
    long Change, long? StartedAt, long? EndedAt, string OutputUri, string ErrorCode, long ErrorKind,
    string ErrorPrivate, string AbortReason, string AbortedBy)
{
    public static ActionState Of(ActionRow action) => new(
        action.Org, action.Id, action.Phase, (QueueState)action.QueueState, action.CreatedAt, action.Attempt,
        action.SystemFails, action.Change, action.StartedAt, action.EndedAt, action.OutputUri, action.ErrorCode,
        action.ErrorKind, action.ErrorPrivate, action.AbortReason, action.AbortedBy);
}
