using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Union.Testing.Servers;

/// <summary>
/// Azure's own emulator of Blob Storage, over HTTPS and with tokens, as user-delegation keys need it. It checks every SAS;
/// it does not check a token's signature, nor the network that a SAS names.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    public const string Account = "devstoreaccount1";

    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    /// <summary>Why there is no server here; null where there is one.</summary>
    public string? Absent { get; } = NodePackages.Absent("azurite");

    public string Endpoint { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Absent is not null)
        {
            return;
        }

        WriteCertificate();
        var start = NodePackages.Node(
            Path.Combine(NodePackages.Folder, "node_modules/azurite/dist/src/blob/main.js"),
            "--blobHost", "127.0.0.1", "--blobPort", "0", "--oauth", "basic",
            "--cert", _folder["cert.pem"], "--key", _folder["key.pem"], "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence");
        _process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        // "Azurite Blob service successfully listens on https://127.0.0.1:12345"
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("listens on ", StringComparison.Ordinal))
            {
                Endpoint = line[(line.IndexOf("https://", StringComparison.Ordinal))..].Trim() + "/" + Account;
                _process.StandardInput.Close();
                _ = DrainAsync(_process);
                return;
            }
        }

        throw new InvalidOperationException("azurite did not start: " + await _process.StandardError.ReadToEndAsync(limit.Token));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    /// <summary>A client that trusts this server's certificate and no other.</summary>
    public HttpClient CreateClient()
    {
        using var expected = X509CertificateLoader.LoadCertificateFromFile(_folder["cert.pem"]);
        var thumbprint = expected.GetCertHashString(HashAlgorithmName.SHA256);
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate?.GetCertHashString(HashAlgorithmName.SHA256) == thumbprint,
            },
        });
    }

    // A full pipe would stop the server.
    private static async Task DrainAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is not null)
        {
            // Nothing it says from now on is of use.
        }
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }
}
