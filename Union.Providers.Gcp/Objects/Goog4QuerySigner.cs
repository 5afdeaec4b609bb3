using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Google;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Gcp.Objects;

/// <summary>
/// Signs one request to Google Cloud Storage in its query (V4, GOOG4-RSA-SHA256); the older V2 is not offered. The
/// signature comes from the vendor's <see cref="IBlobSigner"/>: a key file signs here, a workload identity by a call to
/// <c>signBlob</c>, whose keys rotate, so lifetimes stay at or below an hour.
/// https://cloud.google.com/storage/docs/authentication/canonical-requests
/// </summary>
public sealed class Goog4QuerySigner(IBlobSigner blobs, string serviceAccount, GcsObjectStoreOptions options)
{
    private readonly string _host = new Uri(options.Endpoint).Authority;

    // A key file needs microseconds; the signBlob call is a network call and may hang.
    private static readonly TimeSpan SigningTime = TimeSpan.FromSeconds(10);

    /// <param name="key">The whole key in the bucket, of which the grant's own may be the end.</param>
    /// <param name="at">When the lifetime begins; fractions of a second are cut off, so that it never ends late.</param>
    public async Task<PresignedRequest> SignAsync(
        PresignGrant grant, string key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var begin = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
        var lifetime = TimeSpan.FromSeconds((long)grant.Lifetime.TotalSeconds);
        var time = begin.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/auto/storage/goog4_request";
        var method = MethodOf(grant.Verb);
        var headers = HeadersOf(grant);
        var signed = new SortedDictionary<string, string>(headers, StringComparer.Ordinal) { ["host"] = _host };
        var names = string.Join(';', signed.Keys);

        var path = $"/{options.Bucket}/{GcsRequests.Encode(key)}";
        var query = QueryOf(grant, scope, time, lifetime, names);
        var request = new StringBuilder($"{method}\n{path}\n{query}\n");
        foreach (var (name, value) in signed)
        {
            request.Append(name).Append(':').Append(value).Append('\n');
        }

        request.Append('\n').Append(names).Append("\nUNSIGNED-PAYLOAD");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.ToString())));
        var signature = await SignAsync($"GOOG4-RSA-SHA256\n{time}\n{scope}\n{hash}", cancellationToken);

        var url = new SignedUrl($"{options.Endpoint}{path}?{query}&X-Goog-Signature={signature}");
        return new PresignedRequest(method, url, headers, begin + lifetime);
    }

    /// <summary>The signature of a text in hexadecimal.</summary>
    internal async Task<string> SignAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SigningTime);
        try
        {
            var signature = await blobs.SignBlobAsync(Encoding.UTF8.GetBytes(text), limit.Token);
            return Convert.ToHexStringLower(Convert.FromBase64String(signature));
        }
        catch (Exception e) when (e is GoogleApiException or TokenResponseException or HttpRequestException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Refused(e);
        }
    }

    // The vendor's client says a refusal of IAM in three ways, depending on where in it the refusal is met.
    private static ObjectStoreException Refused(Exception e)
    {
        var status = e switch
        {
            GoogleApiException api => api.HttpStatusCode,
            TokenResponseException token => token.StatusCode,
            HttpRequestException http => http.StatusCode,
            _ => null,
        };
        return status switch
        {
            HttpStatusCode.Forbidden => new ObjectStoreException(
                ObjectStoreError.Denied,
                "Google refused to sign: the cluster's account needs iam.serviceAccounts.signBlob on itself.", e)
            {
                Permission = "iam.serviceAccounts.signBlob",
            },
            HttpStatusCode.TooManyRequests => new ObjectStoreException(
                ObjectStoreError.Throttled, "Google's signer asked to slow down.", e),
            HttpStatusCode.Unauthorized => new ObjectStoreException(
                ObjectStoreError.BadCredentials, "Google's signer does not take the cluster's token.", e),
            _ => new ObjectStoreException(ObjectStoreError.Unavailable, "Google's signer could not be reached.", e),
        };
    }

    private SortedDictionary<string, string> HeadersOf(PresignGrant grant)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (grant.ContentMd5 is { } md5)
        {
            headers["content-md5"] = Convert.ToBase64String(md5.Span);
        }

        // A client that does not say how much it uploads is held to the policy by the store itself.
        if (grant.Verb is PresignVerb.Put)
        {
            var (least, most) = grant.ContentLength is { } length ? (length, length) : (0, options.UploadMax);
            headers["x-goog-content-length-range"] = string.Create(CultureInfo.InvariantCulture, $"{least},{most}");
        }

        // Generation 0 is that of an object which is not there.
        if (grant.CreateOnly)
        {
            headers["x-goog-if-generation-match"] = "0";
        }

        if (grant.Verb is PresignVerb.Put && options.EncryptionKey is { } encryption)
        {
            headers["x-goog-encryption-kms-key-name"] = encryption;
        }

        return headers;
    }

    // Sorted by name, as the canonical form demands.
    private string QueryOf(PresignGrant grant, string scope, string time, TimeSpan lifetime, string names)
    {
        var query = new StringBuilder("X-Goog-Algorithm=GOOG4-RSA-SHA256")
            .Append("&X-Goog-Credential=").Append(Uri.EscapeDataString($"{serviceAccount}/{scope}"))
            .Append("&X-Goog-Date=").Append(time)
            .Append(CultureInfo.InvariantCulture, $"&X-Goog-Expires={(long)lifetime.TotalSeconds}")
            .Append("&X-Goog-SignedHeaders=").Append(Uri.EscapeDataString(names));
        if (grant.ResponseContentDisposition is { } disposition)
        {
            query.Append("&response-content-disposition=").Append(Uri.EscapeDataString(disposition));
        }

        if (grant.ResponseContentType is { } type)
        {
            query.Append("&response-content-type=").Append(Uri.EscapeDataString(type));
        }

        return query.ToString();
    }

    private static string MethodOf(PresignVerb verb) => verb switch
    {
        PresignVerb.Get => "GET",
        PresignVerb.Head => "HEAD",
        PresignVerb.Put => "PUT",
        _ => throw new ArgumentOutOfRangeException(nameof(verb)),
    };
}
