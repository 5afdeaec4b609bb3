using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Union.Core.Boundary.Clusters;

namespace Union.Host.Tunnel.Dialing;

/// <summary>Dials the cluster port: TCP, then TLS 1.3 with one ALPN, judged by pinned CAs and nothing else.</summary>
internal sealed class ControlPlaneDialer(TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly SocketConnectionContextFactory _transport = new(
        new SocketConnectionFactoryOptions(), loggers.CreateLogger<ControlPlaneDialer>());

    /// <param name="trusts">Judges the server's certificate, whose name and role are checked here.</param>
    /// <exception cref="DialRefusedException">No connection, and why.</exception>
    public async Task<DialledStream> DialAsync(
        HostAndPort address, SslApplicationProtocol protocol, SslStreamCertificateContext? client,
        Func<X509Certificate2, bool> trusts, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        DialledStream? dialled = null;
        try
        {
            var connection = await ConnectAsync(address, either.Token);
#pragma warning disable CA2000 // Owned by the dialled stream, which is disposed below unless it is returned.
            dialled = new DialledStream(new SslStream(new TransportStream(connection)), connection);
#pragma warning restore CA2000
            await dialled.Tls.AuthenticateAsClientAsync(Options(address, protocol, client, trusts), either.Token);
            if (dialled.Tls.NegotiatedApplicationProtocol != protocol)
            {
                throw new DialRefusedException(DialFailure.Untrusted);
            }

            var result = dialled;
            dialled = null;
            return result;
        }
        catch (AuthenticationException e)
        {
            throw new DialRefusedException(DialFailure.Untrusted, e);
        }
        catch (Exception e) when (e is SocketException or (IOException and not DialRefusedException))
        {
            throw new DialRefusedException(DialFailure.Unreachable, e);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new DialRefusedException(DialFailure.Unreachable, e);
        }
        finally
        {
            if (dialled is not null)
            {
                await dialled.DisposeAsync();
            }
        }
    }

    public void Dispose() => _transport.Dispose();

    private static SslClientAuthenticationOptions Options(
        HostAndPort address, SslApplicationProtocol protocol, SslStreamCertificateContext? client,
        Func<X509Certificate2, bool> trusts) => new()
        {
            TargetHost = address.Host,
#pragma warning disable CA5398 // Both ends are ours, and older versions show client certificates in the clear.
            EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning restore CA5398
            ApplicationProtocols = [protocol],
            ClientCertificateContext = client,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = new X509ChainPolicy
            {
                // The callback decides; this keeps TLS itself from asking the machine's store or the network.
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 presented
                && presented.MatchesHostname(address.Host, allowWildcards: false, allowCommonName: false)
                && trusts(presented),
        };

    private async Task<ConnectionContext> ConnectAsync(HostAndPort address, CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // Owned by the connection that is returned.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(address.Host, address.Port), cancellationToken);
            return _transport.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
