using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// The installation's own CA. It issues with the newest key and trusts every certificate in its folder, so a key is
/// rotated by moving <c>ca.crt</c> to <c>trusted-N.crt</c>, deleting <c>ca.key</c> and restarting: clusters learn the
/// new certificate at their next renewal, and the old one is deleted a day later.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    public static readonly TimeSpan ClientLifetime = TimeSpan.FromHours(24);
    public static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(7);

    private const int SerialBytes = 16;

    // A cluster whose clock is behind must still accept a certificate that was issued a moment ago.
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    private readonly CertificateAuthorityOptions _options;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _issuer;

    private CertificateAuthority(
        CertificateAuthorityOptions options, TimeProvider time, X509Certificate2 issuer, PinnedAuthorities trusted)
    {
        (_options, _time, _issuer, Trusted) = (options, time, issuer, trusted);
    }

    /// <summary>Every CA certificate whose clusters are accepted: this one first.</summary>
    public PinnedAuthorities Trusted { get; }

    /// <summary>SHA-256 of this CA's public key, for join tokens.</summary>
    public ReadOnlyMemory<byte> KeyHash => PinnedAuthorities.HashOfKey(_issuer);

    /// <summary>Opens the CA of the folder; creates it where there is none.</summary>
    public static CertificateAuthority Open(CertificateAuthorityOptions options, TimeProvider time)
    {
        var keyPath = Path.Combine(options.Folder, "ca.key");
        var certificatePath = Path.Combine(options.Folder, "ca.crt");
        if (!PrivateFile.TryRead(keyPath, out var key))
        {
            if (File.Exists(certificatePath))
            {
                throw new UnionException(
                    ErrorCode.FailedPrecondition, "ca_key_missing",
                    $"'{certificatePath}' has no key beside it, so no cluster could be enrolled or renewed.",
                    "Restore ca.key from the backup, or rename ca.crt to trusted-1.crt to begin a new CA.");
            }

            using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            key = pair.ExportPkcs8PrivateKeyPem();
            PrivateFile.Write(keyPath, key);
        }

        // A process that died between the two files left the key; its certificate can be made again at any time.
        if (!PrivateFile.TryRead(certificatePath, out var pem))
        {
            pem = SelfSign(key, time.GetUtcNow());
            PrivateFile.Write(certificatePath, pem);
        }

        var others = Directory.EnumerateFiles(options.Folder, "trusted-*.crt").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes);
        var trusted = PinnedAuthorities.FromEncoded([Encoding.ASCII.GetBytes(pem), .. others]);
#pragma warning disable CA2000 // Owned, and disposed, by the authority.
        return new CertificateAuthority(options, time, X509Certificate2.CreateFromPem(pem, key), trusted);
#pragma warning restore CA2000
    }

    public void Dispose() => _issuer.Dispose();

    /// <summary>Trades a signing request for a certificate of this cluster.</summary>
    /// <exception cref="UnionException"><c>signing_request_invalid</c>: not P-256, or not signed by its own key.</exception>
    public IssuedCertificate IssueClient(ClusterIdentity identity, byte[] signingRequest)
    {
        if (!SigningRequest.TryReadKey(signingRequest, out var key))
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "signing_request_invalid",
                "The signing request is not a PKCS #10 request of a P-256 key, signed by that key with SHA-256.");
        }

        var request = new CertificateRequest(
            new X500DistinguishedName($"CN={identity.ClusterId}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(ClusterCertificate.NameOf(identity)));
        using var certificate = Issue(request, names, PinnedAuthorities.ClientRole, ClientLifetime);
        return new IssuedCertificate(
            certificate.RawData, certificate.SerialNumber, certificate.NotAfter.ToUniversalTime());
    }

    /// <summary>A fresh key and certificate of this control plane.</summary>
    public X509Certificate2 IssueServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=union control plane", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509Extension(PinnedAuthorities.IssuerExtension, _issuer.RawData, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])[.. _options.ServerNames, "localhost", "127.0.0.1"])
        {
            if (IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        using var certificate = Issue(request, names, PinnedAuthorities.ServerRole, ServerLifetime);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string SelfSign(string key, DateTimeOffset now)
    {
        using var pair = ECDsa.Create();
        pair.ImportFromPem(key);

        // The name differs with the key, so that two CAs in one bundle are never mixed up while a chain is built.
        var name = Convert.ToHexStringLower(SHA256.HashData(pair.ExportSubjectPublicKeyInfo()).AsSpan(0, 8));
        var request = new CertificateRequest($"CN=union CA {name}", pair, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Backdate, now + AuthorityLifetime);
        return certificate.ExportCertificatePem();
    }

    private X509Certificate2 Issue(
        CertificateRequest request, SubjectAlternativeNameBuilder names, string role, TimeSpan lifetime)
    {
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(role)], critical: true));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_issuer, true, false));
        extensions.Add(names.Build());

        var now = _time.GetUtcNow();
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7F; // a DER integer with the first bit set would be negative
        return request.Create(_issuer, now - Backdate, now + lifetime, serial);
    }
}
