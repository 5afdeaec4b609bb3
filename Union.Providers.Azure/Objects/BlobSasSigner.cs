using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs.Models;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Azure.Objects;

/// <summary>
/// Signs one blob of Azure Storage with a user-delegation SAS, never with the account's key. A SAS names a permission
/// and no verb: a signed GET allows HEAD too, and reverse. It cannot bind a length or an MD5, so both are refused; a
/// create-only upload has the permission to create and none to write, with which Azure itself refuses to overwrite.
/// </summary>
/// <remarks>
/// Our own and not the SDK's builder, which always signs in the newest version of the format: no emulator can check
/// that one, and a private cloud may not know it yet. This version has every field that is used here.
/// https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
/// </remarks>
public sealed class BlobSasSigner(UserDelegationKeys keys, BlobObjectStoreOptions options, TimeProvider time)
{
    private const string Version = "2025-05-05";

    public static ObjectStoreCapabilities Capabilities { get; } = new(
        TimeSpan.FromHours(1), PresignBindsContentLength: false, PresignBindsContentMd5: false);

    /// <param name="key">The whole key in the container, of which the grant's own may be the end.</param>
    public async ValueTask<PresignedRequest> SignAsync(
        PresignGrant grant, string key, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, long.MaxValue);
        var delegated = await keys.GetAsync(grant.Lifetime, cancellationToken);

        // Whole seconds, cut off: a promise may end early but never late, and Azure refuses what outlives its key.
        var now = time.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds(
            (now + PresignRules.LifetimeBefore(delegated.SignedExpiresOn, grant, now)).ToUnixTimeSeconds());
        var begin = now - UserDelegationKeys.Backdated;
        var path = string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
        var query = QueryOf(grant, key, delegated, TextOf(begin), TextOf(expires));
        var url = new SignedUrl($"{options.AccountUrl}/{options.Container}/{path}?{query}");
        return new PresignedRequest(grant.Verb.ToString().ToUpperInvariant(), url, HeadersOf(grant), expires);
    }

    private string QueryOf(PresignGrant grant, string key, UserDelegationKey delegated, string begin, string end)
    {
        var permissions = PermissionsOf(grant);

        // What is read says itself how it is encrypted.
        var scope = grant.Verb is PresignVerb.Put ? options.EncryptionScope : null;
        var (keyBegin, keyEnd) = (TextOf(delegated.SignedStartsOn), TextOf(delegated.SignedExpiresOn));
        string?[] signed =
        [
            permissions, begin, end, $"/blob/{options.Account}/{options.Container}/{key}", delegated.SignedObjectId,
            delegated.SignedTenantId, keyBegin, keyEnd, delegated.SignedService, delegated.SignedVersion,
            null, null, null, // Agents and a correlation id, for delegation within a company's own directory.
            options.ClientRange, "https", Version, "b",
            null, scope, null, // Snapshot, encryption scope, cache control.
            grant.ResponseContentDisposition,
            null, null, // Content encoding and language.
            grant.ResponseContentType,
        ];
        var signature = HMACSHA256.HashData(
            Convert.FromBase64String(delegated.Value), Encoding.UTF8.GetBytes(string.Join('\n', signed)));

        var query = new StringBuilder("sv=" + Version + "&spr=https");
        Add(query, "st", begin);
        Add(query, "se", end);
        Add(query, "sip", options.ClientRange);
        Add(query, "skoid", delegated.SignedObjectId);
        Add(query, "sktid", delegated.SignedTenantId);
        Add(query, "skt", keyBegin);
        Add(query, "ske", keyEnd);
        Add(query, "sks", delegated.SignedService);
        Add(query, "skv", delegated.SignedVersion);
        query.Append("&sr=b&sp=").Append(permissions);
        Add(query, "ses", scope);
        Add(query, "rscd", grant.ResponseContentDisposition);
        Add(query, "rsct", grant.ResponseContentType);
        Add(query, "sig", Convert.ToBase64String(signature));
        return query.ToString();
    }

    private static void Add(StringBuilder query, string name, string? value)
    {
        if (value is not null)
        {
            query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static string TextOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string PermissionsOf(PresignGrant grant) => grant switch
    {
        { Verb: PresignVerb.Get or PresignVerb.Head } => "r",
        { CreateOnly: true } => "c",
        _ => "cw",
    };

    private static Dictionary<string, string> HeadersOf(PresignGrant grant) =>
        grant.Verb is PresignVerb.Put ? new() { ["x-ms-blob-type"] = "BlockBlob" } : [];
}
