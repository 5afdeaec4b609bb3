using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Union.Integration.Tests.Processes;
using Union.Testing.Servers;

namespace Union.Integration.Tests;

/// <summary>
/// docs/deploy.md as somebody would follow it, with the files of build/deploy: only addresses, paths and names are put in
/// the place of those that the page says to replace.
/// </summary>
public sealed class DeployTests : IAsyncDisposable
{
    private static readonly string Files = Path.Combine(RepositoryFiles.Root, "build/deploy");

    private readonly TemporaryFolder _root = new();
    private readonly PostgresServer _postgres = new(durable: true);
    private readonly RadosGateway _gateway = new();
    private readonly int[] _ports = FreePorts.Take(5);
    private readonly Dictionary<string, PlaneHome> _services = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values)
        {
            await service.DisposeAsync();
        }

        TaskProcesses.KillBelow(_root.Path);
        await _gateway.DisposeAsync();
        await _postgres.DisposeAsync();
        _root.Dispose();
    }

    [Fact]
    public async Task Page_followed_step_by_step_ends_with_a_run_whose_objects_lie_in_the_bucket()
    {
        await _postgres.InitializeAsync();
        await _gateway.InitializeAsync();
        var absent = _postgres.Absent ?? _gateway.Absent;
        Assert.SkipWhen(absent is not null, absent ?? "");
        await PrepareAsync();

        var run = "";
        foreach (var line in Commands())
        {
            var words = Here(line).Replace("RUN", run, StringComparison.Ordinal).Split(' ');
            if (words[0] == "systemctl")
            {
                await StartAsync(words[^1]);
                continue;
            }

            var output = (await RunAsync(words[1..])).Done().Output;
            run = line.StartsWith("union run ", StringComparison.Ordinal) ? output.Split('\n')[0].Trim() : run;
        }

        Assert.Contains("greeted", (await RunAsync("logs", run)).Done().Output, StringComparison.Ordinal);
        Assert.Contains("Hello, Ada!", (await RunAsync("get", "io", run)).Done().Output, StringComparison.Ordinal);
        Assert.Contains("online", (await RunAsync("get", "clusters")).Done().Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("limits: rlimit (", await ReadyzAsync(_ports[4]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root["var/lib/union-compute/objects"]));

        await _postgres.KillAsync();
        await Eventually.IsAsync(
            async () => !await _services["union-control-plane"].IsReadyAsync(), "a control plane without its database is not ready");
        Assert.Null(await _postgres.StartAsync());
        await _services["union-control-plane"].ReadyAsync();
        (await RunAsync("get", "runs")).Done();
    }

    [Theory]
    [InlineData("union-control-plane.service")]
    [InlineData("union-compute-plane.service")]
    public async Task Units_are_units(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "Not installed: systemd-analyze (package systemd).");
        var unit = await File.ReadAllTextAsync(Path.Combine(Files, name), Cancel);
        var path = _root.Write(name, unit.Replace("/usr/local/bin/union", UnionBinary.Path, StringComparison.Ordinal));

        await using var verify = RunningProcess.Start(
            "systemd-analyze", ["verify", path], _root.Path, ProcessVariables.Of(_root.Path));
        var ended = await verify.EndAsync();

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    /// <summary>Lines of the page's code that this machine can run: the program's own, and those that start a service.</summary>
    private static IEnumerable<string> Commands() =>
        File.ReadLines(Path.Combine(RepositoryFiles.Root, "docs/deploy.md"))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim())
            .Where(line => line.StartsWith("union ", StringComparison.Ordinal)
                || line.StartsWith("systemctl ", StringComparison.Ordinal));

    /// <summary>What the page says to bring along: configuration, connection strings, keys, a certificate.</summary>
    private async Task PrepareAsync()
    {
        var database = await _postgres.CreateDatabaseAsync();
        Secret("service.connection", database.Connection.Reveal());
        Secret("owner.connection", database.Migrations!.Reveal());
        Secret("sealing.key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Secret("s3.secret", _gateway.SecretKey);
        WriteCertificate();
        foreach (var name in (string[])["control-plane.yaml", "compute-plane.yaml"])
        {
            _root.Write($"etc/union/{name}", Here(await File.ReadAllTextAsync(Path.Combine(Files, name), Cancel)));
        }
    }

    private void Secret(string name, string value) =>
        File.SetUnixFileMode(_root.Write($"etc/union/{name}", value + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _root.Write("etc/union/tls.crt", certificate.ExportCertificatePem());
        Secret("tls.key", key.ExportPkcs8PrivateKeyPem());
    }

    private string Here(string text) => text
        .Replace("/etc/union", _root["etc/union"], StringComparison.Ordinal)
        .Replace("/var/lib", _root["var/lib"], StringComparison.Ordinal)
        .Replace("0.0.0.0:", "127.0.0.1:", StringComparison.Ordinal)
        .Replace("union.example.com", "localhost", StringComparison.Ordinal)
        .Replace("https://s3.example.com", _gateway.Endpoint, StringComparison.Ordinal)
        .Replace("union-east", RadosGateway.Bucket, StringComparison.Ordinal)
        .Replace("ACCESS_KEY_ID", _gateway.AccessKey, StringComparison.Ordinal)
        .Replace("samples/", Path.Combine(RepositoryFiles.Root, "samples/"), StringComparison.Ordinal)
        .Replace(":8700", Port(0), StringComparison.Ordinal).Replace(":8701", Port(1), StringComparison.Ordinal)
        .Replace(":8703", Port(2), StringComparison.Ordinal).Replace(":8704", Port(3), StringComparison.Ordinal)
        .Replace(":8705", Port(4), StringComparison.Ordinal);

    private string Port(int index) => string.Create(CultureInfo.InvariantCulture, $":{_ports[index]}");

    /// <summary>As the unit's ExecStart says.</summary>
    private async Task StartAsync(string service)
    {
        var line = File.ReadLines(Path.Combine(Files, $"{service}.service"))
            .Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];
        var words = Here(line).Split(' ');
        Assert.Equal(("/usr/local/bin/union", "--config"), (words[0], words[2]));
        var plane = new PlaneHome(
            _root[service], words[1], _ports[service == "union-control-plane" ? 3 : 4],
            await File.ReadAllTextAsync(words[3], Cancel));
        _services[service] = plane;
        await plane.StartAsync();
    }

    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var home = Directory.CreateDirectory(_root["home"]).FullName;
        await using var process = RunningProcess.Start(UnionBinary.Path, arguments, home, ProcessVariables.Of(home));
        return await process.EndAsync();
    }

    private static async Task<string> ReadyzAsync(int port)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/readyz")), Cancel);
    }
}
