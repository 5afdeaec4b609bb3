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
        init => field = IsLifetime(value) ? value : throw Wrong("maxLifetime", "1s to 1h");
    } = LifetimeCap;

    /// <summary>Shorter ones for some kinds of objects; the others have <see cref="MaxLifetime"/>.</summary>
    public IReadOnlyDictionary<ArtifactKind, TimeSpan> Lifetimes
    {
        get;
        init => field = value.Values.All(IsLifetime) ? value : throw Wrong("lifetimes", "1s to 1h each");
    } = new Dictionary<ArtifactKind, TimeSpan>();

    /// <summary>Most bytes of one upload: as much as one put of S3 takes.</summary>
    public long UploadMax
    {
        get;
        init => field = value > 0 ? value : throw Wrong("uploadMax", "a positive size");
    } = 5L << 30;

    /// <summary>The verbs that may be signed.</summary>
    public IReadOnlySet<PresignVerb> Verbs { get; init; } = new HashSet<PresignVerb> { PresignVerb.Get, PresignVerb.Put };

    /// <summary>Below which folders something is signed; null for all. An empty list lets nothing be signed.</summary>
    public IReadOnlyList<SignedPrefix>? Prefixes { get; init; }

    /// <summary>URLs that one principal may have within a minute. Six pages of a batch, which no person reads that fast.</summary>
    public int UrlsPerMinute
    {
        get;
        init => field = value > 0 ? value : throw Wrong("urlsPerMinute", "a positive number");
    } = 6000;

    /// <summary>The longest lifetime for a kind of objects; the shortest of all where the kind is not known.</summary>
    public TimeSpan LifetimeOf(ArtifactKind? kind)
    {
        var own = kind is { } known
            ? Lifetimes.GetValueOrDefault(known, MaxLifetime)
            : Lifetimes.Values.Append(MaxLifetime).Min();
        return own < MaxLifetime ? own : MaxLifetime;
    }

    private static bool IsLifetime(TimeSpan value) => value >= TimeSpan.FromSeconds(1) && value <= LifetimeCap;

    private static UnionException Wrong(string key, string expected) => new(
        ErrorCode.InvalidArgument, "policy_invalid", $"The policy's {key} must be {expected}.");
}
