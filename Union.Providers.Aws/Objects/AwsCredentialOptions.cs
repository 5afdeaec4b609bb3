using Union.Core.Boundary;

namespace Union.Providers.Aws.Objects;

/// <summary>Where the cluster's own AWS credentials come from.</summary>
public sealed record AwsCredentialOptions
{
    public AwsCredentialSource Source { get; init; }

    /// <summary>The access key of <see cref="AwsCredentialSource.Static"/>.</summary>
    public string? AccessKeyId { get; init; }

    public SecretValue? SecretAccessKey { get; init; }

    public SecretValue? SessionToken { get; init; }

    /// <summary>The profile of <see cref="AwsCredentialSource.Profile"/>; none means "default".</summary>
    public string? Profile { get; init; }

    /// <summary>A role that is assumed with these credentials, such as that of another account.</summary>
    public AwsRoleOptions? Role { get; init; }
}

public enum AwsCredentialSource
{
    /// <summary>The vendor's own chain: variables, profile, web identity (EKS), container, instance.</summary>
    Default,
    Static,
    Environment,
    Profile,
    Instance,
}

/// <param name="ExternalId">What the owner of the role demands, so that nobody else can have us assume it for them.</param>
/// <param name="Endpoint">STS of an S3-compatible server; none means Amazon's of the region.</param>
/// <param name="PerUrl">
/// Each URL is signed by a session of its own, which an inline policy narrows to that key and verb: what is signed by
/// mistake opens nothing else. It costs a call to STS for each URL.
/// </param>
public sealed record AwsRoleOptions(string Arn, string? ExternalId = null, string? Endpoint = null, bool PerUrl = false);
