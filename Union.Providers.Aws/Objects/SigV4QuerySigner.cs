using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// Signs one S3 request in its query (Signature Version 4), writing the bytes itself because <see cref="Uri"/> rewrites
/// some keys:
/// 1. the canonical request (method, path, query, headers, no hash of the payload);
/// 2. the string to sign (time, scope, hash of 1);
/// 3. the signature, under a key that is derived once a day;
/// 4. the URL, out of the very bytes of 1.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
/// </summary>
/// <param name="encryptionKey">The KMS key that uploads must name.</param>
public sealed class SigV4QuerySigner(S3Address address, string region, string? encryptionKey = null)
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    private readonly byte[] _origin = Encoding.UTF8.GetBytes($"{address.Scheme}://{address.Host}");
    private readonly byte[] _root = Encoding.UTF8.GetBytes(address.PathPrefix + "/");
    private readonly byte[] _hostOnly = Encoding.UTF8.GetBytes($"\nhost:{address.Host}\n\nhost");
    private SigV4Key? _key;

    /// <param name="key">The whole key in the bucket, of which the grant's own may be the end.</param>
    /// <param name="at">When the lifetime begins; fractions of a second are cut off, so that it never ends late.</param>
    public PresignedRequest Sign(PresignGrant grant, string key, SigV4Credentials credentials, DateTimeOffset at)
    {
        var begin = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
        var lifetime = TimeSpan.FromSeconds((long)grant.Lifetime.TotalSeconds);
        var signing = KeyOf(credentials, begin);
        var method = MethodOf(grant.Verb);
        var headers = S3SignedHeaders.Of(grant, encryptionKey);
        Span<byte> time = stackalloc byte[SigV4Time.Length];
        SigV4Time.Write(begin, time);

        var request = new UrlBytes(2048);
        try
        {
            // :: Step 1
            request.Add(method);
            request.Add("\n"u8);
            var path = request.Length;
            request.Add(_root);
            request.AddEncoded(key, keepSlashes: true);
            var pathEnd = request.Length;
            request.Add("\n"u8);
            var query = request.Length;
            AddQuery(ref request, grant, signing, time, lifetime, headers);
            var queryEnd = request.Length;
            AddHeaders(ref request, headers);
            request.Add("\nUNSIGNED-PAYLOAD"u8);

            // :: Steps 2 and 3
            Span<byte> signature = stackalloc byte[2 * SHA256.HashSizeInBytes];
            Sign(ref request, signing, time, signature);

            // :: Step 4, behind the request in the same buffer
            var url = request.Length;
            request.Add(_origin);
            request.Copy(path..pathEnd);
            request.Add("?"u8);
            request.Copy(query..queryEnd);
            request.Add("&X-Amz-Signature="u8);
            request.Add(signature);
            var text = request.ToText(url..request.Length);
            return new PresignedRequest(method, new SignedUrl(text), headers ?? None, begin + lifetime);
        }
        finally
        {
            request.Dispose();
        }
    }

    // Sorted by name, as the canonical form demands, so that the URL can be the canonical form.
    private static void AddQuery(
        ref UrlBytes request, PresignGrant grant, SigV4Key signing, scoped ReadOnlySpan<byte> time, TimeSpan lifetime,
        SortedDictionary<string, string>? headers)
    {
        request.Add(signing.QueryStart);
        request.Add(time);
        request.Add("&X-Amz-Expires="u8);
        request.Add((long)lifetime.TotalSeconds);
        request.Add(signing.QueryToken);
        request.Add("&X-Amz-SignedHeaders="u8);
        AddNames(ref request, headers, "%3B"u8);
        AddParameter(ref request, "&response-content-disposition="u8, grant.ResponseContentDisposition);
        AddParameter(ref request, "&response-content-type="u8, grant.ResponseContentType);
    }

    private static void AddParameter(ref UrlBytes request, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            request.Add(name);
            request.AddEncoded(value, keepSlashes: false);
        }
    }

    private void AddHeaders(ref UrlBytes request, SortedDictionary<string, string>? headers)
    {
        if (headers is null)
        {
            request.Add(_hostOnly);
            return;
        }

        request.Add("\n"u8);
        foreach (var name in SignedNames(headers))
        {
            request.Add(name);
            request.Add(":"u8);
            request.Add(name == "host" ? address.Host : headers[name]);
            request.Add("\n"u8);
        }

        request.Add("\n"u8);
        AddNames(ref request, headers, ";"u8);
    }

    private static void AddNames(
        ref UrlBytes request, SortedDictionary<string, string>? headers, ReadOnlySpan<byte> separator)
    {
        if (headers is null)
        {
            request.Add("host"u8);
            return;
        }

        var first = true;
        foreach (var name in SignedNames(headers))
        {
            request.Add(first ? [] : separator);
            request.Add(name);
            first = false;
        }
    }

    // "content-*" come before "host", "if-none-match" and "x-amz-*" behind it.
    private static IEnumerable<string> SignedNames(SortedDictionary<string, string> headers) =>
        headers.Keys.Append("host").Order(StringComparer.Ordinal);

    // The string to sign is written behind the request, in the same buffer.
    private static void Sign(
        ref UrlBytes request, SigV4Key signing, scoped ReadOnlySpan<byte> time, scoped Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(request.Written, hash);
        var text = request.Length;
        request.Add("AWS4-HMAC-SHA256\n"u8);
        request.Add(time);
        request.Add("\n"u8);
        request.Add(signing.ScopeBytes);
        request.Add("\n"u8);
        request.AddHex(hash);
        signing.Sign(request.Written[text..], hash);
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    // Two callers may both derive the key at midnight; either is right.
    private SigV4Key KeyOf(SigV4Credentials credentials, DateTimeOffset at)
    {
        var key = Volatile.Read(ref _key);
        if (key is null || !key.Fits(credentials, at))
        {
            key = new SigV4Key(credentials, at, region);
            Volatile.Write(ref _key, key);
        }

        return key;
    }

    private static string MethodOf(PresignVerb verb) => verb switch
    {
        PresignVerb.Get => "GET",
        PresignVerb.Head => "HEAD",
        PresignVerb.Put => "PUT",
        _ => throw new ArgumentOutOfRangeException(nameof(verb)),
    };
}
