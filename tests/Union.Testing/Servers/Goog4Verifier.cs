using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Union.Testing.Servers;

/// <summary>
/// Checks a V4 signature as Google documents it, on the request as it came over the wire: algorithm, credential, scope,
/// time, expiry, that every x-goog header and Host is signed, and the RSA signature over all of it.
/// https://cloud.google.com/storage/docs/authentication/signatures
/// </summary>
internal sealed class Goog4Verifier(RSA key, string account, TimeProvider time)
{
    private const string SignatureMark = "&X-Goog-Signature=";
    private const int MostSeconds = 604_800;

    /// <summary>Why the request is refused, or null.</summary>
    public (int Status, string Code)? Refuse(HttpRequest request, string target)
    {
        var query = request.Query;
        var date = query["X-Goog-Date"].ToString();
        var names = query["X-Goog-SignedHeaders"].ToString().Split(';');
        if (query["X-Goog-Algorithm"] != "GOOG4-RSA-SHA256"
            || !DateTimeOffset.TryParseExact(
                date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var begin)
            || !int.TryParse(query["X-Goog-Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 1 or > MostSeconds
            || query["X-Goog-Credential"] != $"{account}/{date[..8]}/auto/storage/goog4_request")
        {
            return (400, "AuthorizationQueryParametersError");
        }

        var now = time.GetUtcNow();
        if (now < begin || now >= begin.AddSeconds(seconds))
        {
            return (403, "ExpiredToken");
        }

        var mustBeSigned = request.Headers.Keys.Select(h => h.ToLowerInvariant())
            .Where(h => h.StartsWith("x-goog-", StringComparison.Ordinal) || h.StartsWith("x-amz-", StringComparison.Ordinal))
            .Append("host");
        if (mustBeSigned.Except(names).Any() || names.Any(name => !request.Headers.ContainsKey(name)))
        {
            return (403, "AccessDenied");
        }

        return IsSigned(request, target, date, names) ? null : (403, "SignatureDoesNotMatch");
    }

    private bool IsSigned(HttpRequest request, string target, string date, string[] names)
    {
        // The signature is not always last: whatever stands behind it must be signed as well.
        var (path, query) = target.Split('?', 2) is [var before, var after] ? (before, after) : (target, "");
        var parameters = query.Split('&').Order(StringComparer.Ordinal).ToList();
        var signature = parameters.Single(p => p.StartsWith(SignatureMark[1..], StringComparison.Ordinal));
        parameters.Remove(signature);

        var canonical = new StringBuilder($"{request.Method}\n{path}\n{string.Join('&', parameters)}\n");
        foreach (var name in names)
        {
            canonical.Append(name).Append(':').Append(request.Headers[name].ToString().Trim()).Append('\n');
        }

        canonical.Append('\n').Append(string.Join(';', names)).Append("\nUNSIGNED-PAYLOAD");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        var text = $"GOOG4-RSA-SHA256\n{date}\n{date[..8]}/auto/storage/goog4_request\n{hash}";
        try
        {
            return key.VerifyData(
                Encoding.UTF8.GetBytes(text), Convert.FromHexString(signature[(SignatureMark.Length - 1)..]),
                HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
