using System.Net;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Host.Configuration;
using Union.Providers.Aws.Objects;
using Union.Providers.Azure.Objects;
using Union.Providers.Gcp.Objects;

namespace Union.Host.Planes.Compute;

/// <summary>Opens buckets of the cloud that the configuration names.</summary>
internal sealed class CloudObjects(
    ObjectsConfiguration objects, PolicyConfiguration policy, ProcessEnvironment environment, TimeProvider time)
{
    public IObjectStore Open(string bucket)
    {
        try
        {
            return objects.Provider switch
            {
                ObjectsProvider.S3 => S3ObjectStore.Open(S3OptionsOf(bucket), AwsCredentials(), time),
                ObjectsProvider.Gcs => GcsObjectStore.Open(GcsOptionsOf(bucket), GoogleIdentity(), time),
                ObjectsProvider.Azure => BlobObjectStore.Open(
                    BlobOptionsOf(bucket), objects.Credentials.ClientId, time),
                _ => throw new InvalidOperationException($"{objects.Provider} is no cloud."),
            };
        }
        catch (ArgumentException e)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "objects_invalid", $"computePlane.objects is wrong: {e.Message}",
                "Correct it; docs/object-stores.md lists every setting.", e);
        }
        catch (ObjectStoreException e)
        {
            throw e.ToAnswer();
        }
    }

    private S3ObjectStoreOptions S3OptionsOf(string bucket) => new()
    {
        Bucket = bucket,
        Prefix = objects.Prefix,
        Region = objects.Region!,
        Endpoint = objects.Endpoint,
        PathStyle = objects.PathStyle,
        EncryptionKey = objects.EncryptionKey,
        Role = objects.Role is { } role
            ? new AwsRoleOptions(role.Arn, role.ExternalId, role.Endpoint, role.PerUrl)
            : null,
        ClientNetworks = [.. policy.ClientNetworks.Select(network => network.ToString())],
        MaxLifetime = policy.Signing.MaxLifetime,
        UploadMax = policy.Signing.UploadMax,
    };

    private GcsObjectStoreOptions GcsOptionsOf(string bucket)
    {
        var options = new GcsObjectStoreOptions
        {
            Bucket = bucket,
            Prefix = objects.Prefix,
            EncryptionKey = objects.EncryptionKey,
            MaxLifetime = policy.Signing.MaxLifetime,
            UploadMax = policy.Signing.UploadMax,
        };
        return objects.Endpoint is { } endpoint ? options with { Endpoint = endpoint } : options;
    }

    private GcsIdentity GoogleIdentity() => objects.Credentials.KeyFile is { } file
        ? GcsIdentity.FromKeyFile(file)
        : GcsIdentity.Default(objects.Credentials.ServiceAccount);

    private BlobObjectStoreOptions BlobOptionsOf(string container) => new()
    {
        Account = objects.Account!,
        Container = container,
        Prefix = objects.Prefix,
        Endpoint = objects.Endpoint,
        EncryptionScope = objects.EncryptionScope,
        ClientRange = policy.ClientNetworks is [var network] ? RangeOf(network) : null,
        MaxLifetime = policy.Signing.MaxLifetime,
        UploadMax = policy.Signing.UploadMax,
    };

    // Azure knows no masks: "first-last".
    internal static string RangeOf(IPNetwork network)
    {
        var last = network.BaseAddress.GetAddressBytes();
        for (var bit = network.PrefixLength; bit < 8 * last.Length; bit++)
        {
            last[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return network.PrefixLength == 8 * last.Length
            ? network.BaseAddress.ToString()
            : $"{network.BaseAddress}-{new IPAddress(last)}";
    }

    private AwsCredentialOptions AwsCredentials() => new()
    {
        Source = objects.Credentials.Source switch
        {
            CredentialSource.Static => AwsCredentialSource.Static,
            CredentialSource.Environment => AwsCredentialSource.Environment,
            CredentialSource.Profile => AwsCredentialSource.Profile,
            CredentialSource.Instance => AwsCredentialSource.Instance,
            _ => AwsCredentialSource.Default,
        },
        AccessKeyId = objects.Credentials.AccessKeyId,
        SecretAccessKey = objects.Credentials.SecretAccessKey?.Read(environment),
        SessionToken = objects.Credentials.SessionToken?.Read(environment),
        Profile = objects.Credentials.Profile,
    };
}
