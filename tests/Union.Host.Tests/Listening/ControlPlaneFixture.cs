using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Union.Host.Configuration;
using Union.Host.Planes;
using Union.Host.Planes.Control;
using Union.Testing;

namespace Union.Host.Tests.Listening;

/// <summary>A real control plane in this process, configured as a file would; clients come without what it asks for.</summary>
internal sealed class ControlPlaneFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ControlPlaneFixture(WebApplication app, TemporaryFolder folder, int port, int opsPort) =>
        (_app, Folder, Port, OpsPort) = (app, folder, port, opsPort);

    public TemporaryFolder Folder { get; }

    public int Port { get; }

    public int OpsPort { get; }

    public IServiceProvider Services => _app.Services;

    public string AdministratorToken => File.ReadAllText(Folder["control-keys/admin.token"]).Trim();

    /// <param name="clients">Further keys below <c>clients</c>, a line each; <c>{folder}</c> is the folder.</param>
    public static async Task<ControlPlaneFixture> StartAsync(
        string auth = "none", string clients = "", Action<TemporaryFolder>? prepare = null)
    {
        var folder = new TemporaryFolder();
        prepare?.Invoke(folder);
        var ports = Ports(3);
        var yaml = $$"""
            version: 1
            controlPlane:
              dataDir: {{folder["control"]}}
              auth: {{auth}}
              clients:
                listen: 127.0.0.1:{{ports[0]}}
            {{clients.Replace("{folder}", folder.Path, StringComparison.Ordinal)}}
              clusters: {listen: 127.0.0.1:{{ports[1]}}}
              ops: {listen: 127.0.0.1:{{ports[2]}}}
            """;
        var environment = new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = folder.Path });
        var loaded = new ConfigurationLoader(environment).Load("union.yaml", yaml, null);
        var app = await ControlPlaneHost.StartAsync(
            loaded.Configuration.ControlPlane, loaded.Configuration.Telemetry, new PlaneSurroundings(environment), TestContext.Current.CancellationToken);
        return new ControlPlaneFixture(app, folder, ports[0], ports[2]);
    }

    /// <summary>A certificate for localhost and its key, as PEM files.</summary>
    public static void WriteCertificate(TemporaryFolder folder, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        folder.Write("tls.crt", certificate.ExportCertificatePem());
        folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
    }

    public async Task<HttpResponseMessage> ListProjectsAsync(
        HttpClient client, string? token = null, string scheme = "http", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{scheme}://127.0.0.1:{Port}/flyteidl2.project.ProjectService/ListProjects")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value.Replace("PORT", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        Folder.Dispose();
    }

    private static int[] Ports(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }
}
