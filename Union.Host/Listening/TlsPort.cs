using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Union.Host.Listening;

/// <summary>A port with a certificate of the operator's; ALPN chooses between HTTP/1.1 and HTTP/2.</summary>
internal static class TlsPort
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Forward secrecy and authenticated encryption only: what TLS 1.3 requires, asked of TLS 1.2 too.</summary>
    private static readonly TlsCipherSuite[] Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    public static void ListenTls(
        this KestrelServerOptions kestrel, IPEndPoint endPoint, CertificateFiles files, Action<ListenOptions> configure) =>
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            configure(listen);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(Options(files)),
            });
        });

    private static SslServerAuthenticationOptions Options(CertificateFiles files) => new()
    {
        ServerCertificateContext = files.Current,
#pragma warning disable CA5398 // Stated so that a system's laxer default does not open it.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        // macOS and Windows take theirs from the system.
        CipherSuitesPolicy = OperatingSystem.IsLinux() ? new CipherSuitesPolicy(Suites) : null,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        AllowRenegotiation = false,
    };
}
