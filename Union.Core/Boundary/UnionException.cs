namespace Union.Core.Boundary;

/// <summary>
/// A failure that a caller can act on. <paramref name="reason"/> is a stable snake_case word for programs; the message
/// says what happened to what, the hint what to do next. Neither ever holds customer content.
/// </summary>
public sealed class UnionException(
    ErrorCode code, string reason, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ErrorCode Code { get; } = code;

    public string Reason { get; } = reason;

    public string? Hint { get; } = hint;

    /// <summary>After how long the same call may pass; null where time alone changes nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
