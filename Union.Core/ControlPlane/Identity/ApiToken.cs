using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Identity;

/// <summary>
/// <c>union_ID_SECRET</c>: the id finds the row, the secret is compared with its hash. The fixed beginning lets scanners
/// of repositories find a token that was committed.
/// </summary>
internal sealed record ApiToken(string Id, SecretValue Secret)
{
    private const string Beginning = "union_";
    private const int IdLength = 16;
    private const int SecretBytes = 32;

    public static ApiToken New() => new(
        RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", IdLength),
        new SecretValue(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))));

    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiToken? token)
    {
        token = text is not null && text.StartsWith(Beginning, StringComparison.Ordinal)
            && text.Length > Beginning.Length + IdLength + 1 && text.Length <= 128 && text[Beginning.Length + IdLength] == '_'
            ? new ApiToken(text.Substring(Beginning.Length, IdLength), new SecretValue(text[(Beginning.Length + IdLength + 1)..]))
            : null;
        return token is not null;
    }

    public SecretValue Format() => new($"{Beginning}{Id}_{Secret.Reveal()}");

    /// <summary>256 random bits need no salt and no slow hash.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(Secret.Reveal()));
}
