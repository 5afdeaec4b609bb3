using Amazon.Runtime;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Aws.Secrets;

/// <summary>Settings of <see cref="SsmSecretStore"/> and <see cref="SecretsManagerSecretStore"/>.</summary>
public sealed record AwsSecretStoreOptions
{
    public required string Region { get; init; }

    /// <summary>The first segment of every name: what an IAM policy fences the cluster in with.</summary>
    public string Prefix { get; init; } = RemoteStoreRules.DefaultPrefix;

    /// <summary>An id, alias or ARN; none means the account's own key of the service.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Scheme, host and port, for a VPC endpoint; none means Amazon's host of the region.</summary>
    public string? Endpoint { get; init; }

    /// <summary>None means where the vendor's own SDK looks: environment, profile, web identity, instance.</summary>
    public AWSCredentials? Credentials { get; init; }
}
