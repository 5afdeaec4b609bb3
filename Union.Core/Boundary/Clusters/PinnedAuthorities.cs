using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Union.Core.Boundary.Clusters;

/// <summary>
/// The CA certificates that one side of the cluster port trusts, and the only rule by which it judges the other side:
/// issued by one of them directly, in its time, for exactly one role. Neither the machine's store nor the network is
/// asked.
/// </summary>
public sealed class PinnedAuthorities
{
    public const string ServerRole = "1.3.6.1.5.5.7.3.1";
    public const string ClientRole = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// Extension of a control plane's certificate that carries its CA's certificate. At first contact the cluster
    /// knows only the hash of the CA's key, and TLS never sends a root. An arc below 2.25 needs no registration.
    /// </summary>
    public const string IssuerExtension = "2.25.83642619203874102934875629384756102938";

    private readonly X509Certificate2Collection _certificates = [];

    public PinnedAuthorities(IEnumerable<X509Certificate2> certificates)
    {
        foreach (var certificate in certificates)
        {
            _certificates.Add(certificate);
        }
    }

    public IReadOnlyList<byte[]> Encoded => [.. _certificates.Select(c => c.RawData)];

    /// <param name="certificates">Each DER, or one PEM block.</param>
    public static PinnedAuthorities FromEncoded(IEnumerable<byte[]> certificates) =>
        new(certificates.Select(X509CertificateLoader.LoadCertificate));

    public static byte[] HashOfKey(X509Certificate2 certificate) =>
        SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Whether the certificate was issued by one of these CAs for this role alone and was valid then.</summary>
    public bool Issued(X509Certificate2 certificate, string role, DateTimeOffset at)
    {
        if (!HasOnlyRole(certificate, role) || IsAuthority(certificate))
        {
            return false;
        }

        using var chain = new X509Chain { ChainPolicy = Policy(at) };
        return chain.Build(certificate) && chain.ChainElements.Count == 2
            && _certificates.Any(c => c.RawDataMemory.Span.SequenceEqual(chain.ChainElements[1].Certificate.RawData));
    }

    /// <summary>The CA certificate inside a control plane's certificate, if its key has the expected hash.</summary>
    public static PinnedAuthorities? FromFirstContact(X509Certificate2 server, ReadOnlySpan<byte> expectedHash)
    {
        var extension = server.Extensions[IssuerExtension];
        if (extension is null)
        {
            return null;
        }

        try
        {
            var issuer = X509CertificateLoader.LoadCertificate(extension.RawData);
            return HashOfKey(issuer).AsSpan().SequenceEqual(expectedHash) ? new PinnedAuthorities([issuer]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A policy for the TLS layer, so that it never looks beyond these certificates either.</summary>
    public X509ChainPolicy Policy(DateTimeOffset at)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTimeIgnored = false,
            VerificationTime = at.UtcDateTime.ToLocalTime(),
        };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }

    private static bool HasOnlyRole(X509Certificate2 certificate, string role) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToArray() is [{ EnhancedKeyUsages: var usages }]
        && usages.Count == 1 && usages[0].Value == role;

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority);
}
