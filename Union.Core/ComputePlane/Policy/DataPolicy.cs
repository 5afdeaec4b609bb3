using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Policy;

/// <summary>What this cluster signs, whatever it is asked. A value beyond the cap does not start.</summary>
public sealed record DataPolicy
{
    /// <summary>No signed URL lives longer, in any configuration.</summary>
    public static readonly TimeSpan LifetimeCap = TimeSpan.FromHours(1);

    /// <summary>The longest lifetime of a signed URL, and the one where none is asked for.</summary>
    public TimeSpan MaxLifetime
    {
        get;
        init => field = value >= TimeSpan.FromSeconds(1) && value <= LifetimeCap
            ? value
            : throw Wrong("maxLifetime", "1s to 1h");
    } = LifetimeCap;

    /// <summary>Most bytes of one upload: as much as one put of S3 takes.</summary>
    public long UploadMax
    {
        get;
        init => field = value > 0 ? value : throw Wrong("uploadMax", "a positive size");
    } = 5L << 30;

    /// <summary>The verbs that may be signed.</summary>
    public IReadOnlySet<PresignVerb> Verbs { get; init; } = new HashSet<PresignVerb> { PresignVerb.Get, PresignVerb.Put };

    private static UnionException Wrong(string key, string expected) => new(
        ErrorCode.InvalidArgument, "policy_invalid", $"The policy's {key} must be {expected}.");
}
