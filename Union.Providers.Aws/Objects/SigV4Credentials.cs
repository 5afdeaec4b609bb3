using Union.Core.Boundary;

namespace Union.Providers.Aws.Objects;

/// <summary>Credentials as a signature needs them. A session token travels in the URL and is secret itself.</summary>
/// <param name="EndsAt">When temporary credentials end, and every URL signed with them.</param>
public sealed record SigV4Credentials(
    string AccessKeyId, SecretValue SecretKey, SecretValue? SessionToken = null, DateTimeOffset? EndsAt = null)
{
    internal bool IsSame(SigV4Credentials other) =>
        AccessKeyId == other.AccessKeyId && SecretKey.Reveal() == other.SecretKey.Reveal()
        && SessionToken?.Reveal() == other.SessionToken?.Reveal();
}
