using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Union.Providers.Aws.Objects;

/// <summary>What one set of credentials signs with for one day: deriving it is four of the five HMACs of a URL.</summary>
internal sealed class SigV4Key
{
    private readonly DateOnly _date;
    private readonly byte[] _key;

    public SigV4Key(SigV4Credentials credentials, DateTimeOffset at, string region)
    {
        (Credentials, _date) = (credentials, DateOnly.FromDateTime(at.UtcDateTime));
        var day = _date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        Scope = $"{day}/{region}/s3/aws4_request";

        // The same in every query of the day, so encoded once.
        QueryStart = Encode(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=", $"{credentials.AccessKeyId}/{Scope}", "&X-Amz-Date=");
        QueryToken = credentials.SessionToken is { } token ? Encode("&X-Amz-Security-Token=", token.Reveal(), "") : [];

        var secret = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey.Reveal());
        var ofDay = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(day));
        var ofRegion = HMACSHA256.HashData(ofDay, Encoding.ASCII.GetBytes(region));
        var ofService = HMACSHA256.HashData(ofRegion, "s3"u8);
        _key = HMACSHA256.HashData(ofService, "aws4_request"u8);
    }

    public SigV4Credentials Credentials { get; }

    /// <summary>Date, region and service, which every signature names.</summary>
    private string Scope { get; }

    public byte[] ScopeBytes => field ??= Encoding.ASCII.GetBytes(Scope);

    /// <summary>The query up to the time.</summary>
    public byte[] QueryStart { get; }

    /// <summary>The parameter of the session token; empty where there is none.</summary>
    public byte[] QueryToken { get; }

    public bool Fits(SigV4Credentials credentials, DateTimeOffset at) =>
        DateOnly.FromDateTime(at.UtcDateTime) == _date
        && (ReferenceEquals(Credentials, credentials) || Credentials.IsSame(credentials));

    public void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => HMACSHA256.HashData(_key, text, signature);

    private static byte[] Encode(string before, string value, string after)
    {
        using var text = new UrlBytes(512);
        text.Add(before);
        text.AddEncoded(value, keepSlashes: false);
        text.Add(after);
        return text.Written.ToArray();
    }
}
