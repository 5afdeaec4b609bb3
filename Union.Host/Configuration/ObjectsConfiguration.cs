using System.Net;

namespace Union.Host.Configuration;

/// <param name="Path">The folder of provider file.</param>
/// <param name="Listen">Where provider file serves its signed URLs; null for all others, whose stores serve their own.</param>
/// <param name="Buckets">The bucket (on Azure: container) of a kind of objects, where it has one of its own.</param>
/// <param name="EncryptionKey">A key of the cloud's key service that encrypts what is written.</param>
/// <param name="EncryptionScope">The scope of the storage account that encrypts what is written (Azure).</param>
internal sealed record ObjectsConfiguration(
    ObjectsProvider Provider,
    string Path,
    IPEndPoint? Listen,
    string Bucket,
    IReadOnlyDictionary<string, string> Buckets,
    string? Prefix,
    string? Region,
    string? Endpoint,
    bool? PathStyle,
    string? Account,
    string? EncryptionKey,
    string? EncryptionScope,
    ObjectCredentialsConfiguration Credentials,
    AssumeRoleConfiguration? Role);

internal enum ObjectsProvider
{
    File,
    S3,
    Gcs,
    Azure,
}

/// <param name="KeyFile">The JSON key file of a service account of Google Cloud.</param>
/// <param name="ServiceAccount">The service account that is impersonated (Google Cloud).</param>
/// <param name="ClientId">The managed identity, where the machine has several (Azure).</param>
internal sealed record ObjectCredentialsConfiguration(
    CredentialSource Source,
    string? AccessKeyId,
    SecretReference? SecretAccessKey,
    SecretReference? SessionToken,
    string? Profile,
    string? KeyFile,
    string? ServiceAccount,
    string? ClientId);

internal enum CredentialSource
{
    /// <summary>Where the cloud's own SDK looks: variables, profile, workload or instance identity.</summary>
    Default,
    Static,
    Environment,
    Profile,
    Instance,
}

internal sealed record AssumeRoleConfiguration(string Arn, string? ExternalId, string? Endpoint, bool PerUrl);
