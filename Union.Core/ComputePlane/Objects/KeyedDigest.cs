using System.Security.Cryptography;
using System.Text;
using Union.Core.ComputePlane.Secrets;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// HMAC-SHA256 of customer data under a key of its org that only the cluster holds: a plain hash of a yes/no input is
/// the input to whoever steals the control plane's database.
/// </summary>
public sealed class KeyedDigest(KeyFile keys)
{
    private const int HexLength = 2 * HMACSHA256.HashSizeInBytes;

    // The oldest key: what is addressed by its digest must keep its address.
    private readonly byte[] _master = keys.Oldest.ToArray();

    /// <summary>The digest in lower-case hexadecimal.</summary>
    public string Of(string org, ReadOnlySpan<byte> content) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(KeyOf(org), content));

    public static bool IsDigest(string? text) =>
        text is { Length: HexLength } && text.All(char.IsAsciiHexDigitLower);

    private byte[] KeyOf(string org)
    {
        var key = new byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, _master, key, Encoding.UTF8.GetBytes("union keyed digest 1\n" + org));
        return key;
    }
}
