using System.Net.Security;
using Union.Core.ControlPlane.Clusters;

namespace Union.Host.Tunnel.Accepting;

/// <summary>
/// The control plane's own certificate, made anew once half of its life is over. It is looked at by each handshake, so
/// no timer is needed, and a key never lies on disk.
/// </summary>
internal sealed class ServerCertificate(CertificateAuthority authority, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _current;
    private DateTimeOffset _renewAt;

    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                if (_current is null || now >= _renewAt)
                {
                    // The old one is left to the collector: a handshake may be using it.
                    _current = SslStreamCertificateContext.Create(authority.IssueServer(), null, offline: true);
                    _renewAt = now + (CertificateAuthority.ServerLifetime / 2);
                }

                return _current;
            }
        }
    }

    public void Dispose() => _current?.TargetCertificate.Dispose();
}
