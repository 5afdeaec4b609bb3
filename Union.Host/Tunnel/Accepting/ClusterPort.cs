using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Union.Core.ControlPlane.Clusters;

namespace Union.Host.Tunnel.Accepting;

/// <summary>The one port that clusters dial: TLS 1.3, three protocols, nothing without one of them.</summary>
internal static class ClusterPort
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddClusterPort(this IServiceCollection services) => services
        .AddSingleton<ServerCertificate>()
        .AddSingleton<TunnelRegistry>()
        .AddSingleton<ClusterPortGuard>();

    /// <summary>Needs <see cref="AddClusterPort"/>, a <see cref="CertificateAuthority"/> and an <see cref="IClusterGate"/>.</summary>
    public static void ListenClusters(this KestrelServerOptions kestrel, IPEndPoint endPoint)
    {
        var services = kestrel.ApplicationServices;
        var guard = services.GetRequiredService<ClusterPortGuard>();
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(Options(services)),
            });
            listen.Use(next => connection => guard.OnConnectedAsync(connection, next));
        });
    }

    private static SslServerAuthenticationOptions Options(IServiceProvider services)
    {
        var authority = services.GetRequiredService<CertificateAuthority>();
        var time = services.GetRequiredService<TimeProvider>();
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = services.GetRequiredService<ServerCertificate>().Current,
#pragma warning disable CA5398 // Both ends are ours, and older versions show client certificates in the clear.
            EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning restore CA5398
            ApplicationProtocols = [Alpn.Tunnel, Alpn.Coordinator, Alpn.Enroll],
            ClientCertificateRequired = true,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = authority.Trusted.Policy(time.GetUtcNow()),

            // None at all passes here, for enrolment; the guard asks for one where the protocol needs it.
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null
                || (certificate is X509Certificate2 presented && ClusterCertificate.TryRead(
                    presented, authority.Trusted, time.GetUtcNow(), out var _)),
        };
    }
}
