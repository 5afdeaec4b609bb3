using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;

namespace Union.Host.Tests.Tunnel;

/// <summary>A peer of the cluster port that may present anything, and says how it was received.</summary>
internal static class RawPeer
{
    public static X509Certificate2 NewCertificate(CertificateAuthority authority, string? clusterId = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        var identity = new ClusterIdentity("default", clusterId ?? Guid.CreateVersion7().ToString());
        using var certificate = X509CertificateLoader.LoadCertificate(authority.IssueClient(identity, request).Certificate);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The byte that answers a hello, or -1 when the connection was closed.</summary>
    public static async Task<int> HelloAsync(
        int port, X509Certificate2? certificate, SslApplicationProtocol protocol, byte hello = 1)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        try
        {
            await using var tls = new SslStream(tcp.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "127.0.0.1",
                    ApplicationProtocols = [protocol],
                    ClientCertificateContext =
                        certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
#pragma warning disable CA5359 // This peer asks what the server thinks of it, not the other way round.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                TestContext.Current.CancellationToken);
            await tls.WriteAsync(new[] { hello }, TestContext.Current.CancellationToken);
            var answer = new byte[1];
            var read = await tls.ReadAsync(answer, TestContext.Current.CancellationToken);
            return read == 0 ? -1 : answer[0];
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return -1;
        }
    }

    public static async Task<int> PlainAsync(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        try
        {
            await tcp.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var answer = new byte[1];
            return await tcp.GetStream().ReadAsync(answer, TestContext.Current.CancellationToken) == 0 ? -1 : answer[0];
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
