using System.Text.RegularExpressions;
using Union.Core.Boundary;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// Settings of <see cref="S3ObjectStore"/>: one bucket, or one prefix of it, on Amazon S3 or a server that speaks its
/// protocol. Credentials are not among them: see <see cref="AwsCredentialOptions"/>.
/// </summary>
public sealed partial record S3ObjectStoreOptions
{
    public required string Bucket { get; init; }

    /// <summary>Keys lie below this one; none means the whole bucket.</summary>
    public string? Prefix { get; init; }

    /// <summary>The bucket's own region: the global host redirects to it, and a signature does not survive that.</summary>
    public required string Region { get; init; }

    /// <summary>Scheme, host and port of an S3-compatible server; none means Amazon's host of the region.</summary>
    public string? Endpoint { get; init; }

    /// <summary>
    /// The bucket stands in the path and not in the host name. Where nothing is said that is so for custom endpoints,
    /// which seldom have a host name per bucket, and for names with dots, which no wildcard certificate covers.
    /// </summary>
    public bool? PathStyle { get; init; }

    /// <summary>The KMS key that encrypts what is written; none leaves that to the bucket.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>A role that is assumed for everything.</summary>
    public AwsRoleOptions? Role { get; init; }

    /// <summary>Where signed URLs may be used from, as CIDR; needs <see cref="AwsRoleOptions.PerUrl"/>, whose policy says it.</summary>
    public IReadOnlyList<string> ClientNetworks { get; init; } = [];

    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes of one upload by signed URL: as much as one put of S3 takes.</summary>
    public long UploadMax { get; init; } = 5L << 30;

    internal bool UsesPathStyle => PathStyle ?? (Endpoint is not null || Bucket.Contains('.', StringComparison.Ordinal));

    /// <summary>Throws with every setting that is wrong.</summary>
    public void EnsureValid()
    {
        var errors = new List<string>();
        if (!BucketName.IsMatch(Bucket) || Bucket.Contains("..", StringComparison.Ordinal))
        {
            errors.Add("The bucket must be 3 to 63 lower-case letters, digits, dots and hyphens.");
        }

        if (Prefix is not null && !ObjectKey.TryParse(Prefix, out _))
        {
            errors.Add("The prefix must be an object key, without a slash at either end.");
        }

        if (!RegionName.IsMatch(Region))
        {
            errors.Add("The region must be a name such as eu-central-1.");
        }

        if (Endpoint is not null)
        {
            AddEndpointErrors(Endpoint, errors);
        }

        if (ClientNetworks.Count > 0 && Role?.PerUrl != true)
        {
            errors.Add("Client networks need a role with a session per URL, since only its policy can name them.");
        }

        if (EncryptionKey is not null && !KeyName.IsMatch(EncryptionKey))
        {
            errors.Add("The encryption key must be the id or ARN of a KMS key.");
        }

        if (Role is not null && !RoleArn.IsMatch(Role.Arn))
        {
            errors.Add("The role must be an ARN such as arn:aws:iam::123456789012:role/name.");
        }

        if (Role?.Endpoint is not null)
        {
            AddEndpointErrors(Role.Endpoint, errors);
        }

        if (MaxLifetime < TimeSpan.FromSeconds(1) || MaxLifetime > TimeSpan.FromHours(1))
        {
            errors.Add("The longest lifetime must be 1 s to 1 h.");
        }

        if (UploadMax is <= 0 or > 5L << 30)
        {
            errors.Add("The largest upload must be 1 byte to 5 GiB.");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", errors));
        }
    }

    private static void AddEndpointErrors(string endpoint, List<string> errors)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || endpoint != url.GetLeftPart(UriPartial.Authority) || url.UserInfo.Length > 0)
        {
            errors.Add("An endpoint must be http(s)://host:port and nothing else.");
        }
        else if (url.Scheme == "http" && !url.IsLoopback)
        {
            errors.Add("An endpoint must be https, except on loopback.");
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName { get; }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex RegionName { get; }

    [GeneratedRegex("^[A-Za-z0-9:/_-]{1,256}$")]
    private static partial Regex KeyName { get; }

    [GeneratedRegex("^arn:aws[a-z-]*:iam::[0-9]*:role/[A-Za-z0-9+=,.@_/-]{1,512}$")]
    private static partial Regex RoleArn { get; }
}
