using System.Net.Security;
using Union.Core.ControlPlane.Clusters;

namespace Union.Host.Tunnel.Accepting;

/// <summary>
/// The control plane's own certificate, made anew once half of its life is over. It is looked at by each handshake, so
/// no timer is needed, and a key never lies on disk. One from the future is replaced too: it was made while the clock was
/// wrong, and clusters would refuse it until then.
/// </summary>
internal sealed class ServerCertificate(CertificateAuthority authority, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _current;
    private DateTimeOffset _madeAt;

    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                if (_current is null || now < _madeAt || now >= _madeAt + (CertificateAuthority.ServerLifetime / 2))
                {
                    // The old one is left to the collector: a handshake may be using it.
                    _current = SslStreamCertificateContext.Create(authority.IssueServer(), null, offline: true);
                    _madeAt = now;
                }

                return _current;
            }
        }
    }

    public void Dispose() => _current?.TargetCertificate.Dispose();
}
