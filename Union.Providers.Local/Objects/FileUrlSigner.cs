using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Objects;

/// <summary>
/// Signs and verifies the URLs of a <see cref="FileObjectStore"/>: HMAC-SHA256 over method and request target, byte for
/// byte as sent, so that whatever is added, dropped, reordered or re-encoded breaks it. The query holds k (key id),
/// e (expiry, seconds since 1970), l (length), d (MD5), c (create-only), t and p (content type and disposition of the
/// answer) and, last, s (the signature).
/// </summary>
public sealed class FileUrlSigner(KeyFile keys, string publicUrl, TimeProvider time)
{
    public const string PathPrefix = "/o/";

    private const string SignatureMark = "&s=";
    private const int MaxTarget = 16 * 1024;

    public PresignedRequest Sign(PresignGrant grant, DateTimeOffset expires)
    {
        var method = MethodOf(grant.Verb);
        var seconds = expires.ToUnixTimeSeconds();
        var headers = new Dictionary<string, string>();
        var target = new StringBuilder(EncodePath(grant.Key));
        target.Append(CultureInfo.InvariantCulture, $"?k={keys.NewestId}&e={seconds}");
        if (grant.ContentLength is { } length)
        {
            target.Append(CultureInfo.InvariantCulture, $"&l={length}");
            headers["Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
        }

        if (grant.ContentMd5 is { } md5)
        {
            target.Append("&d=").Append(Convert.ToHexStringLower(md5.Span));
            headers["Content-MD5"] = Convert.ToBase64String(md5.Span);
        }

        if (grant.CreateOnly)
        {
            target.Append("&c=1");
            headers["If-None-Match"] = "*";
        }

        Append(target, 't', grant.ResponseContentType);
        Append(target, 'p', grant.ResponseContentDisposition);

        var signature = SignatureOf(keys.Newest, method, target.ToString());
        var url = new SignedUrl($"{publicUrl}{target}{SignatureMark}{signature}");
        return new PresignedRequest(method, url, headers, DateTimeOffset.FromUnixTimeSeconds(seconds));
    }

    /// <summary>
    /// The grant behind a request's method and raw target, or why there is none. What the grant binds to headers and
    /// content is for the caller to hold the request to.
    /// </summary>
    public FileUrlVerdict Verify(string method, string rawTarget, out PresignGrant? grant)
    {
        grant = null;
        var mark = rawTarget.LastIndexOf(SignatureMark, StringComparison.Ordinal);
        var queryStart = rawTarget.IndexOf('?', StringComparison.Ordinal);
        if (rawTarget.Length > MaxTarget || mark < 0 || queryStart < 0 || queryStart > mark)
        {
            return FileUrlVerdict.Invalid;
        }

        var signed = rawTarget[..mark];
        var query = signed[(queryStart + 1)..].Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToList();
        if (query is not [["k", var keyId], ["e", var expiry], ..] || !keys.TryGet(keyId, out var key))
        {
            return FileUrlVerdict.Invalid;
        }

        // Compared as text, since several texts decode to the same signature. Nothing behind this line is the sender's.
        var expected = Encoding.ASCII.GetBytes(SignatureOf(key, method, signed));
        var given = Encoding.UTF8.GetBytes(rawTarget[(mark + SignatureMark.Length)..]);
        if (!CryptographicOperations.FixedTimeEquals(expected, given))
        {
            return FileUrlVerdict.Invalid;
        }

        var left = DateTimeOffset.FromUnixTimeSeconds(long.Parse(expiry, CultureInfo.InvariantCulture)) - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return FileUrlVerdict.Expired;
        }

        grant = Read(method, signed[PathPrefix.Length..queryStart], left, query);
        return FileUrlVerdict.Valid;
    }

    private static PresignGrant Read(string method, string path, TimeSpan left, List<string[]> query)
    {
        string? Value(string name) => query.Find(p => p[0] == name)?[1] is { } v ? Uri.UnescapeDataString(v) : null;
        return new PresignGrant(VerbOf(method), ObjectKey.Parse(Uri.UnescapeDataString(path)), left)
        {
            ContentLength = Value("l") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : null,
            ContentMd5 = Value("d") is { } md5 ? Convert.FromHexString(md5) : (ReadOnlyMemory<byte>?)null,
            CreateOnly = Value("c") is not null,
            ResponseContentType = Value("t"),
            ResponseContentDisposition = Value("p"),
        };
    }

    private static string EncodePath(ObjectKey key) =>
        PathPrefix + string.Join('/', key.ToString().Split('/').Select(Uri.EscapeDataString));

    private static void Append(StringBuilder target, char name, string? value)
    {
        if (value is not null)
        {
            target.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    // The first line keeps this use of the key apart from any other.
    private static string SignatureOf(ReadOnlySpan<byte> key, string method, string target) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"union file url 1\n{method}\n{target}")));

    private static string MethodOf(PresignVerb verb) => verb switch
    {
        PresignVerb.Get => "GET",
        PresignVerb.Head => "HEAD",
        PresignVerb.Put => "PUT",
        _ => throw new ArgumentOutOfRangeException(nameof(verb)),
    };

    private static PresignVerb VerbOf(string method) => method switch
    {
        "GET" => PresignVerb.Get,
        "HEAD" => PresignVerb.Head,
        _ => PresignVerb.Put,
    };
}

public enum FileUrlVerdict
{
    /// <summary>Not signed here, or not for this method and target.</summary>
    Invalid,
    Expired,
    Valid,
}
