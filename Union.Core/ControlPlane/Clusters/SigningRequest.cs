using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// A PKCS #10 request, of which only the public key is ever used: subject, names and extensions of a certificate are
/// ours to give, not its holder's to ask for.
/// </summary>
internal static class SigningRequest
{
    private const int MaxBytes = 4096;
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>False unless the key is on P-256 and the request is signed by it.</summary>
    public static bool TryReadKey(byte[] request, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        if (request.Length is 0 or > MaxBytes)
        {
            return false;
        }

        try
        {
            var parsed = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, out var consumed);
            using var ecdsa = parsed.PublicKey.GetECDsaPublicKey();
            if (consumed != request.Length || ecdsa?.ExportParameters(false).Curve.Oid.Value != P256)
            {
                return false;
            }

            key = parsed.PublicKey;
            return true;
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException or ArgumentException)
        {
            return false;
        }
    }
}
