using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;

namespace Union.Core.ComputePlane.Policy;

/// <summary>Who calls, as the control plane asserts it: the cluster's own policy is asked after this.</summary>
/// <param name="RequestId">The client's id of the call.</param>
public sealed record AssertedCall(Principal Principal, string RequestId);

/// <summary>Judges the assertion of a forwarded call; the reason of a refusal goes to the journal.</summary>
public sealed class AssertionVerifier
{
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    /// <summary>How long an assertion from before the start could still be used: its life, and the tolerance twice.</summary>
    private static readonly TimeSpan EarlierUsable = Assertion.MaxLifetime + (2 * ClockTolerance);

    // A hundred changing calls a second for the 90 s that an assertion can be used, and some room.
    private const int MaxSeen = 16_384;
    private const int MaxIdLength = 64;

    private readonly PinnedAssertionKeys _keys;
    private readonly TimeProvider _time;
    private readonly SeenAssertions _seen = new(MaxSeen);
    private readonly long _started;
    private readonly long _startedTimestamp;

    public AssertionVerifier(PinnedAssertionKeys keys, TimeProvider time)
    {
        (_keys, _time) = (keys, time);
        _started = time.GetUtcNow().ToUnixTimeSeconds();
        _startedTimestamp = time.GetTimestamp();
    }

    /// <param name="path">The path of the call as it arrived.</param>
    /// <param name="mutates">The method changes something, so its assertion is good for one call.</param>
    /// <exception cref="UnionException">The assertion does not cover this call.</exception>
    public AssertedCall Verify(string? text, string clusterId, string org, string path, Verb verb, bool mutates)
    {
        if (text is null || !Assertion.TryOpen(text, _keys.Find, out var claims))
        {
            throw Refusal("assertion_invalid", "The call carries no assertion signed by a pinned key.");
        }

        if (claims.Audience != clusterId || claims.Org != org)
        {
            throw Refusal("assertion_audience", "The assertion is for another cluster.");
        }

        if (claims.Method != path)
        {
            throw Refusal("assertion_method", "The assertion is for another method.");
        }

        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var tolerance = (long)ClockTolerance.TotalSeconds;
        var lifetime = claims.Expires - claims.IssuedAt;
        if (lifetime is <= 0 || lifetime > (long)Assertion.MaxLifetime.TotalSeconds
            || claims.IssuedAt > now + tolerance || claims.Expires < now - tolerance)
        {
            throw Refusal("assertion_time", "The assertion is not valid now.", "Compare the clocks of both planes.");
        }

        if (mutates)
        {
            Spend(claims, now);
        }

        var grants = claims.Grants.Where(g => g.Verb == verb).Select(g => new Grant(g.Verb, g.Project, g.Domain));
        return new AssertedCall(new Principal(claims.Subject, claims.Org, [.. grants]), claims.RequestId);
    }

    private void Spend(AssertionClaims claims, long now)
    {
        if (claims.Id.Length is 0 or > MaxIdLength)
        {
            throw Refusal("assertion_invalid", "The assertion has no usable id.");
        }

        // What an earlier process accepted is not remembered, so nothing from before this one is accepted. All that has
        // expired after a while: a process that was started with its clock ahead must not refuse calls for as long.
        if (claims.IssuedAt < _started && _time.GetElapsedTime(_startedTimestamp) <= EarlierUsable)
        {
            throw new UnionException(
                ErrorCode.Unavailable, "assertion_before_start", "The cluster has just started; the call may be repeated.");
        }

        switch (_seen.Add(claims.Id, claims.Expires + (long)ClockTolerance.TotalSeconds, now))
        {
            case SeenResult.Repeated:
                throw Refusal("assertion_repeated", "The assertion was used before.");
            case SeenResult.Full:
                throw new UnionException(
                    ErrorCode.ResourceExhausted, "assertion_cache_full", "Too many calls in the last minutes.");
        }
    }

    private static UnionException Refusal(string reason, string message, string? hint = null) =>
        new(ErrorCode.PermissionDenied, reason, message, hint);
}
