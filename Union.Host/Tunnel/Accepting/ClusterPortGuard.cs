using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Union.Core.ControlPlane.Clusters;

namespace Union.Host.Tunnel.Accepting;

/// <summary>Decides, once TLS is done, what a connection to the cluster port may be.</summary>
internal sealed partial class ClusterPortGuard(
    CertificateAuthority authority, IClusterGate gate, TunnelRegistry registry, TimeProvider time,
    ILogger<ClusterPortGuard> logger)
{
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    public async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var stream = connection.Features.Get<ISslStreamFeature>()?.SslStream;
        if (stream is null)
        {
            return;
        }

        // From here on TLS is below HTTP, as on the cluster's side: with this feature Kestrel would insist on ALPN h2 and
        // on the scheme https, which the cluster's HTTP client cannot send over a stream that is already encrypted.
        connection.Features.Set<ITlsConnectionFeature>(null);

        if (stream.NegotiatedApplicationProtocol == Alpn.Enroll)
        {
            connection.Features.Set(new EnrollConnection());
            await next(connection);
            return;
        }

        if (stream.RemoteCertificate is not X509Certificate2 certificate
            || !ClusterCertificate.TryRead(certificate, authority.Trusted, time.GetUtcNow(), out var read))
        {
            LogNoCertificate();
            return;
        }

        // Tracked before the gate is asked, or a revocation in between would miss this connection.
        using (registry.Track(read.Identity, connection.Abort))
        {
            if (stream.NegotiatedApplicationProtocol == Alpn.Tunnel)
            {
                await OnTunnelAsync(connection, stream, read);
            }
            else if (stream.NegotiatedApplicationProtocol == Alpn.Coordinator
                && await IsAdmittedAsync(read, connection.ConnectionClosed))
            {
                connection.Features.Set(new ClusterConnection(read.Identity, read.Serial, read.Expired));
                await next(connection);
            }
        }
    }

    private async Task OnTunnelAsync(ConnectionContext connection, SslStream stream, ClusterCertificate read)
    {
        using var timeout = new CancellationTokenSource(HelloTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
        try
        {
            // Directly from the TLS stream: a pipe would read ahead and swallow the start of HTTP/2.
            var hello = new byte[1];
            await stream.ReadExactlyAsync(hello, either.Token);
            if (hello[0] != Hello.Version1)
            {
                return;
            }

            var answer = !await IsAdmittedAsync(read, either.Token) ? Hello.NotAdmitted
                : read.Expired ? Hello.Expired : Hello.Welcome;
            await stream.WriteAsync(new[] { answer }, either.Token);
            if (answer != Hello.Welcome)
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            LogGone(e);
            return;
        }

        await registry.ServeAsync(read.Identity, stream, connection.ConnectionClosed);
    }

    private async ValueTask<bool> IsAdmittedAsync(ClusterCertificate read, CancellationToken cancellationToken)
    {
        var admitted = await gate.IsAdmittedAsync(read.Identity, read.Serial, cancellationToken);
        if (!admitted)
        {
            LogNotAdmitted(read.Identity.ClusterId);
        }

        return admitted;
    }

    [LoggerMessage(2100, LogLevel.Warning, "A connection to the cluster port without a usable certificate was closed.")]
    private partial void LogNoCertificate();

    [LoggerMessage(2101, LogLevel.Warning, "Cluster {ClusterId} is revoked or unknown; its connection was closed.")]
    private partial void LogNotAdmitted(string clusterId);

    [LoggerMessage(2102, LogLevel.Debug, "A cluster's connection ended before it was up; the cluster dials again.")]
    private partial void LogGone(Exception exception);
}
