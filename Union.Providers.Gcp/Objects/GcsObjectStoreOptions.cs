using System.Text.RegularExpressions;
using Union.Core.Boundary;

namespace Union.Providers.Gcp.Objects;

/// <summary>Settings of <see cref="GcsObjectStore"/>: one bucket, or one prefix of it.</summary>
public sealed partial record GcsObjectStoreOptions
{
    public required string Bucket { get; init; }

    /// <summary>Keys lie below this one; none means the whole bucket.</summary>
    public string? Prefix { get; init; }

    /// <summary>Scheme, host and port; only a private endpoint of Google's or a test has another than the public one.</summary>
    public string Endpoint { get; init; } = "https://storage.googleapis.com";

    /// <summary>The customer-managed key that encrypts what is written; none leaves that to the bucket.</summary>
    public string? EncryptionKey { get; init; }

    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    public long UploadMax { get; init; } = 5L << 30;

    /// <summary>Throws with every setting that is wrong.</summary>
    public void EnsureValid()
    {
        var errors = new List<string>();
        if (!BucketName.IsMatch(Bucket))
        {
            errors.Add("The bucket must be 3 to 222 lower-case letters, digits, dots, hyphens and underscores.");
        }

        if (Prefix is not null && !ObjectKey.TryParse(Prefix, out _))
        {
            errors.Add("The prefix must be an object key, without a slash at either end.");
        }

        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) || Endpoint != url.GetLeftPart(UriPartial.Authority)
            || url.UserInfo.Length > 0 || (url.Scheme != "https" && !(url.Scheme == "http" && url.IsLoopback)))
        {
            errors.Add("The endpoint must be https://host:port and nothing else.");
        }

        if (EncryptionKey is not null && !KeyName.IsMatch(EncryptionKey))
        {
            errors.Add("The encryption key must be projects/P/locations/L/keyRings/R/cryptoKeys/K.");
        }

        if (MaxLifetime < TimeSpan.FromSeconds(1) || MaxLifetime > TimeSpan.FromHours(1) || UploadMax <= 0)
        {
            errors.Add("The longest lifetime must be 1 s to 1 h, and the largest upload positive.");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", errors));
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$")]
    private static partial Regex BucketName { get; }

    [GeneratedRegex("^projects/[^/ ]+/locations/[^/ ]+/keyRings/[^/ ]+/cryptoKeys/[^/ ]+$")]
    private static partial Regex KeyName { get; }
}
