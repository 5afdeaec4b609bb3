using Azure.Storage.Sas;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Azure.Objects;

/// <summary>
/// Signs one blob of Azure Storage with a user-delegation SAS, never with the account's key. A SAS names a permission
/// and no verb: a signed GET allows HEAD too, and reverse. It cannot bind a length or an MD5, so both are refused; a
/// create-only upload has the permission to create and none to write, with which Azure itself refuses to overwrite.
/// </summary>
/// <param name="endpoint">The account's blob endpoint, without a slash at the end.</param>
public sealed class BlobSasSigner(
    UserDelegationKeys keys, string account, string container, string endpoint, TimeProvider time)
{
    public static ObjectStoreCapabilities Capabilities { get; } = new(
        TimeSpan.FromHours(1), PresignBindsContentLength: false, PresignBindsContentMd5: false);

    /// <param name="key">The whole key in the container, of which the grant's own may be the end.</param>
    public async ValueTask<PresignedRequest> SignAsync(
        PresignGrant grant, string key, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, long.MaxValue);
        var delegated = await keys.GetAsync(grant.Lifetime, cancellationToken);

        // Whole seconds, cut off: a promise may end early but never late, and Azure refuses what outlives its key.
        var asked = time.GetUtcNow() + grant.Lifetime;
        var expires = asked < delegated.SignedExpiresOn ? asked : delegated.SignedExpiresOn;
        expires = DateTimeOffset.FromUnixTimeSeconds(expires.ToUnixTimeSeconds());
        var sas = new BlobSasBuilder
        {
            BlobContainerName = container,
            BlobName = key,
            Resource = "b",
            Protocol = SasProtocol.Https,
            StartsOn = time.GetUtcNow() - UserDelegationKeys.Backdated,
            ExpiresOn = expires,
            ContentType = grant.ResponseContentType,
            ContentDisposition = grant.ResponseContentDisposition,
        };
        sas.SetPermissions(PermissionsOf(grant));

        var path = string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
        var url = new SignedUrl($"{endpoint}/{container}/{path}?{sas.ToSasQueryParameters(delegated, account)}");
        return new PresignedRequest(grant.Verb.ToString().ToUpperInvariant(), url, HeadersOf(grant), expires);
    }

    private static BlobSasPermissions PermissionsOf(PresignGrant grant) => grant switch
    {
        { Verb: PresignVerb.Get or PresignVerb.Head } => BlobSasPermissions.Read,
        { CreateOnly: true } => BlobSasPermissions.Create,
        _ => BlobSasPermissions.Create | BlobSasPermissions.Write,
    };

    private static Dictionary<string, string> HeadersOf(PresignGrant grant) =>
        grant.Verb is PresignVerb.Put ? new() { ["x-ms-blob-type"] = "BlockBlob" } : [];
}
