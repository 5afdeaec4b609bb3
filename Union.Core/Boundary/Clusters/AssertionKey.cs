using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Union.Core.Boundary.Clusters;

/// <summary>The public half of a key that signs assertions, and the word of its predecessor for it.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER, P-256.</param>
/// <param name="Signature">ES256 (IEEE P1363) of <paramref name="PublicKey"/>; empty for the first key.</param>
/// <param name="SignedBy">Key id of the predecessor; empty for the first key.</param>
public sealed record AssertionKey(string KeyId, byte[] PublicKey, byte[] Signature, string SignedBy)
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>False unless the key is on P-256 and its id is its own thumbprint.</summary>
    public bool TryImport([NotNullWhen(true)] out ECDsa? key)
    {
        key = null;
        var imported = ECDsa.Create();
        try
        {
            imported.ImportSubjectPublicKeyInfo(PublicKey, out var read);
            if (read == PublicKey.Length && imported.ExportParameters(false).Curve.Oid.Value == P256
                && Thumbprint(imported) == KeyId)
            {
                key = imported;
                return true;
            }
        }
        catch (CryptographicException)
        {
            // Not a key: answered below, like a key of another kind.
        }

        imported.Dispose();
        return false;
    }

    /// <summary>RFC 7638: SHA-256 of the JWK's required members in the order of their names.</summary>
    public static string Thumbprint(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = $$"""{"crv":"P-256","kty":"EC","x":"{{Text(point.X)}}","y":"{{Text(point.Y)}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(jwk)));
    }

    private static string Text(byte[]? coordinate) => Base64Url.EncodeToString(coordinate);
}
