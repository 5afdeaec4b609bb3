using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>What the cluster dials with. Replaced as a whole, so that no connection mixes an old part with a new one.</summary>
internal sealed class CredentialSet
{
    private readonly PinnedAuthorities _authorities;
    private readonly TimeProvider _time;

    public CredentialSet(
        EnrolledAs enrolled, X509Certificate2 certificate, PinnedAuthorities authorities, TimeProvider time)
    {
        (Enrolled, Certificate, _authorities, _time) = (enrolled, certificate, authorities, time);
        ControlPlane = HostAndPort.TryParse(enrolled.ControlPlane, out var address)
            ? address
            : throw new InvalidDataException("The control plane's address in cluster.json is malformed.");
        Tls = SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    public EnrolledAs Enrolled { get; }

    public ClusterIdentity Identity => new(Enrolled.Org, Enrolled.ClusterId);

    public HostAndPort ControlPlane { get; }

    public X509Certificate2 Certificate { get; }

    public SslStreamCertificateContext Tls { get; }

    public DateTimeOffset NotAfter => Certificate.NotAfter.ToUniversalTime();

    /// <summary>Half of the life: a day's outage of either plane is survived without the grace period.</summary>
    public DateTimeOffset RenewAt
    {
        get
        {
            DateTimeOffset start = Certificate.NotBefore.ToUniversalTime();
            return start + ((NotAfter - start) / 2);
        }
    }

    public bool Trusts(X509Certificate2 server) =>
        _authorities.Issued(server, PinnedAuthorities.ServerRole, _time.GetUtcNow());
}
