using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>
/// The cluster's key, certificate and trust on disk. <c>cluster.json</c> is written last at enrolment: where it is, all
/// of it is. A renewal writes <c>cluster-next.key</c>, then the certificate, then renames the key, and a process that
/// died in between is mended when the folder is read.
/// </summary>
internal sealed class ClusterCredentials
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private volatile CredentialSet _current;

    private ClusterCredentials(string folder, TimeProvider time, CredentialSet current) =>
        (_folder, _time, _current) = (folder, time, current);

    public CredentialSet Current => _current;

    /// <summary>Whether an enrolment has been completed, without reading what it gave.</summary>
    public static bool Exist(string folder) => File.Exists(In(folder, "cluster.json"));

    /// <summary>Null where no enrolment has been completed.</summary>
    public static ClusterCredentials? TryOpen(string folder, TimeProvider time) =>
        PrivateFile.TryRead(In(folder, "cluster.json"), out var json)
            ? new ClusterCredentials(folder, time, Read(folder, json, time))
            : null;

    /// <summary>Trades the join token for credentials and keeps them.</summary>
    public static async Task<ClusterCredentials> EnrollAsync(
        JoinToken token, string folder, EnrollClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await client.EnrollAsync(token, NewRequest(key), cancellationToken);

        PrivateFile.Write(In(folder, "cluster.key"), key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Write(In(folder, "cluster.crt"), ToPem(answer.Certificate));
        PrivateFile.Write(In(folder, "ca.pem"), ToPem([.. answer.Authorities]));
        var enrolled = new EnrolledAs(token.Address, token.ClusterName, answer.Identity.Org, answer.Identity.ClusterId);
        var json = JsonSerializer.Serialize(enrolled);
        PrivateFile.Write(In(folder, "cluster.json"), json);
        return new ClusterCredentials(folder, time, Read(folder, json, time));
    }

    /// <summary>A new key and certificate; connections that are dialled from now on use them.</summary>
    public async Task RenewAsync(RenewCertificate renew, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await renew(NewRequest(key), cancellationToken);
        using var certificate = X509CertificateLoader.LoadCertificate(answer.Certificate);
        if (answer.Authorities.Count == 0
            || !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw new UnionException(
                ErrorCode.Internal, "renewal_malformed", "The control plane's answer to a renewal does not fit its request.");
        }

        PrivateFile.Write(In(_folder, "cluster-next.key"), key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Write(In(_folder, "cluster.crt"), ToPem(answer.Certificate));
        File.Move(In(_folder, "cluster-next.key"), In(_folder, "cluster.key"), overwrite: true);
        PrivateFile.Write(In(_folder, "ca.pem"), ToPem([.. answer.Authorities]));
        _current = Read(_folder, JsonSerializer.Serialize(_current.Enrolled), _time);
    }

    private static CredentialSet Read(string folder, string json, TimeProvider time)
    {
        var enrolled = JsonSerializer.Deserialize<EnrolledAs>(json) ?? throw Broken(folder);
        if (!PrivateFile.TryRead(In(folder, "cluster.crt"), out var certificate)
            || !PrivateFile.TryRead(In(folder, "cluster.key"), out var key)
            || !PrivateFile.TryRead(In(folder, "ca.pem"), out var authorities))
        {
            throw Broken(folder);
        }

        if (!Fits(certificate, key))
        {
            if (!PrivateFile.TryRead(In(folder, "cluster-next.key"), out key) || !Fits(certificate, key))
            {
                throw Broken(folder);
            }

            File.Move(In(folder, "cluster-next.key"), In(folder, "cluster.key"), overwrite: true);
        }

        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(authorities);
#pragma warning disable CA2000 // Connections may use it as long as the process lives.
        return new CredentialSet(
            enrolled, X509Certificate2.CreateFromPem(certificate, key), new PinnedAuthorities(trusted), time);
#pragma warning restore CA2000
    }

    private static bool Fits(string certificatePem, string keyPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        using var key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        return certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
    }

    private static byte[] NewRequest(ECDsa key) =>
        new CertificateRequest("CN=union cluster", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    private static string ToPem(params byte[][] certificates) =>
        string.Concat(certificates.Select(c => PemEncoding.WriteString("CERTIFICATE", c) + "\n"));

    private static string In(string folder, string name) => Path.Combine(folder, name);

    private static UnionException Broken(string folder) => new(
        ErrorCode.FailedPrecondition, "cluster_credentials_broken",
        $"The credentials in '{folder}' are incomplete or do not fit each other.",
        "Restore the folder, or delete cluster.json and enrol again with a new join token.");
}
