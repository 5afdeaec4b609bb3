using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Union.Core.Boundary.Clusters;

/// <summary>
/// The wire form of an assertion: a JWS in compact form (RFC 7515) with ES256 (RFC 7518 section 3.4) and nothing else.
/// There is one algorithm and one header, so there is nothing that a forged header could choose.
/// </summary>
public static partial class Assertion
{
    /// <summary>The request header that carries it from the control plane to the cluster.</summary>
    public const string Header = "union-assertion";

    public static readonly TimeSpan MaxLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Half of what both planes accept as all headers of a request.</summary>
    public const int MaxLength = 16 * 1024;

    private const string Algorithm = "ES256";
    private const int SignatureBytes = 64;

    public static string Sign(AssertionClaims claims, string keyId, ECDsa key)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new JwsHeader { Algorithm = Algorithm, KeyId = keyId }, AssertionJson.Default.JwsHeader);
        var payload = JsonSerializer.SerializeToUtf8Bytes(claims, AssertionJson.Default.AssertionClaims);
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Checks form and signature only; what the claims say is for the caller to judge.</summary>
    public static bool TryOpen(
        string text, Func<string, ECDsa?> keyOf, [NotNullWhen(true)] out AssertionClaims? claims)
    {
        claims = null;
        if (text.Length > MaxLength || text.Split('.') is not [var header, var payload, var signature]
            || !TryDecode(header, out var headerBytes) || !TryDecode(payload, out var payloadBytes)
            || !TryDecode(signature, out var signatureBytes) || signatureBytes.Length != SignatureBytes)
        {
            return false;
        }

        try
        {
            var parsed = JsonSerializer.Deserialize(headerBytes, AssertionJson.Default.JwsHeader);
            if (parsed is not { Algorithm: Algorithm } || keyOf(parsed.KeyId) is not { } key
                || !key.VerifyData(
                    Encoding.ASCII.GetBytes($"{header}.{payload}"), signatureBytes, HashAlgorithmName.SHA256))
            {
                return false;
            }

            claims = JsonSerializer.Deserialize(payloadBytes, AssertionJson.Default.AssertionClaims);
            return claims is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Base64url has several spellings of one value (unused last bits, padding, white space); only ours is accepted.
    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!Base64Url.IsValid(text))
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return Base64Url.EncodeToString(bytes) == text;
    }

    internal sealed record JwsHeader
    {
        [JsonPropertyName("alg")]
        public required string Algorithm { get; init; }

        [JsonPropertyName("kid")]
        public required string KeyId { get; init; }
    }

    [JsonSourceGenerationOptions(
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 8)]
    [JsonSerializable(typeof(JwsHeader))]
    [JsonSerializable(typeof(AssertionClaims))]
    internal sealed partial class AssertionJson : JsonSerializerContext;
}
