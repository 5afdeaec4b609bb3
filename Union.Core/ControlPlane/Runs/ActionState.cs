using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>The part of an action that changes while it lives.</summary>
/// <param name="Back">How many changes of the same transaction and run come after this one.</param>
internal sealed record ActionState(
    string Org, long Id, ActionPhase Phase, QueueState QueueState, long QueuedAt, long Attempt, long SystemFails,
    long? StartedAt, long? EndedAt, string OutputUri, string ErrorCode, long ErrorKind,
    string ErrorPrivate, string AbortReason, string AbortedBy, string ValuePrivate, string SignalledBy,
    string CacheKey, CacheStatus CacheStatus, string CacheSource,
    long Back = 0)
{
    public static ActionState Of(ActionRow action) => new(
        action.Org, action.Id, action.Phase, (QueueState)action.QueueState, action.CreatedAt, action.Attempt,
        action.SystemFails, action.StartedAt, action.EndedAt, action.OutputUri, action.ErrorCode,
        action.ErrorKind, action.ErrorPrivate, action.AbortReason, action.AbortedBy, action.ValuePrivate, action.SignalledBy,
        action.CacheKey, action.CacheStatus, action.CacheSource);

    /// <summary>The action as it reads once this is written.</summary>
    public ActionRow In(ActionRow action) => action with
    {
        Phase = Phase,
        QueueState = (long)QueueState,
        Attempt = Attempt,
        SystemFails = SystemFails,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        OutputUri = OutputUri,
        ErrorCode = ErrorCode,
        ErrorKind = ErrorKind,
        ErrorPrivate = ErrorPrivate,
        AbortReason = AbortReason,
        AbortedBy = AbortedBy,
        ValuePrivate = ValuePrivate,
        SignalledBy = SignalledBy,
        CacheKey = CacheKey,
        CacheStatus = CacheStatus,
        CacheSource = CacheSource,
    };
}
