namespace Union.Core.Boundary;

/// <summary>
/// The deadline of a call. Its client turns the instant back into a duration by the system's own clock, so it must come
/// from that clock and no other.
/// </summary>
public static class CallDeadline
{
    public static DateTime In(TimeSpan time) => (TimeProvider.System.GetUtcNow() + time).UtcDateTime;
}
