using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Union.Host.Cli;
using Union.Testing;

namespace Union.Host.Tests.Cli;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DoctorTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Doctor_FreshMachine_HasNothingThatFailed()
    {
        var (code, checks) = await RunAsync("secrets: {provider: file}");

        Assert.Empty(checks.Where(c => c.Value.Result == "failed").Select(c => c.Value.Finding));
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("skipped", checks["compute.data"].Result);
        Assert.Equal("ok", checks["computePlane.ops.listen"].Result);
        Assert.Contains("tasks.sandbox", checks.Keys);
    }

    [Fact]
    public async Task Doctor_WrongConfiguration_ListsEveryError()
    {
        var (code, checks) = await RunAsync("secrets: {provider: nowhere}\n  polices: {}", raw: true);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("failed", checks["configuration"].Result);
    }

    [Fact]
    public async Task Doctor_FoldersAndKeysOfOthers_Fail()
    {
        MakeFolder("compute", "compute 1\n", Private);
        MakeFolder("control", "control 99\n", Private);
        MakeFolder("compute-keys", null, Private);
        var key = _folder.Write("compute-keys/secrets.key", "x");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var (code, checks) = await RunAsync("secrets: {provider: file}");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("ok", checks["compute.data"].Result);
        Assert.Equal("failed", checks["compute.keys"].Result);
        Assert.Contains("secrets.key", checks["compute.keys"].Finding, StringComparison.Ordinal);
        Assert.Contains("chmod 600", checks["compute.keys"].Advice, StringComparison.Ordinal);
        Assert.Equal("failed", checks["control.data"].Result);
        Assert.Equal("warning", checks["machine.planes"].Result);

        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        File.SetUnixFileMode(_folder["compute"], Private | UnixFileMode.OtherRead);
        (_, checks) = await RunAsync("secrets: {provider: file}");
        Assert.Equal("ok", checks["compute.keys"].Result);
        Assert.Equal("failed", checks["compute.data"].Result);
        Assert.Contains("chmod 700", checks["compute.data"].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_PortInUse_FailsUnlessThePlaneRuns()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (_, checks) = await RunAsync($"actions: {{listen: '127.0.0.1:{port}'}}");
        Assert.Equal("failed", checks["computePlane.actions.listen"].Result);

        MakeFolder("compute", "compute 1\n", Private);
        await using var held = new FileStream(_folder["compute/lock"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        (_, checks) = await RunAsync($"actions: {{listen: '127.0.0.1:{port}'}}");
        Assert.Equal("ok", checks["computePlane.actions.listen"].Result);
        Assert.Equal("warning", checks["computePlane.ops.listen"].Result);
    }

    [Fact]
    public async Task Doctor_SecretStoreThatIsAway_FailsWithAdvice()
    {
        _folder.Write("token", "t");

        var (code, checks) = await RunAsync(
            $"secrets: {{provider: vault, address: 'http://127.0.0.1:9', auth: {{tokenFile: '{_folder["token"]}'}}}}", offline: false);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("failed", checks["secrets.write"].Result);
        Assert.Contains("Vault could not be reached", checks["secrets.write"].Finding, StringComparison.Ordinal);
        Assert.Equal("skipped", checks["secrets.read"].Result);
        Assert.Equal("skipped", checks["cluster.certificate"].Result);
    }

    // Each bucket of the configuration, under the kind that it holds.
    [Fact]
    public async Task Doctor_CloudThatIsAway_SaysSoOfEveryBucket()
    {
        File.SetUnixFileMode(_folder.Write("key", "k"), UnixFileMode.UserRead);
        var file = _folder.Write("cloud.yaml", $"""
            version: 1
            computePlane:
              dataDir: {_folder["compute"]}
              objects:
                provider: s3
                bucket: main
                buckets:
                  logs: apart
                region: eu-central-1
                endpoint: http://127.0.0.1:9
                credentials:
                  source: static
                  accessKeyId: a
                  secretAccessKey:
                    file: {_folder["key"]}
            """);

        var (code, checks) = await RunFileAsync(file, offline: false);

        Assert.Equal(ExitCode.Failed, code);
        foreach (var name in (string[])["objects", "objects.logs"])
        {
            Assert.Equal("failed", checks[$"{name}.endpoint"].Result);
            Assert.Contains("http://127.0.0.1:9", checks[$"{name}.endpoint"].Finding, StringComparison.Ordinal);
            Assert.Equal("skipped", checks[$"{name}.write"].Result);
        }
    }

    [Fact]
    public async Task Doctor_Text_EndsWithASum()
    {
        var file = Write("secrets: {provider: file}");

        var result = await CliResult.RunAsync(
            null, ["doctor", "--offline", "--plane", "control", "--config", file], "", TestContext.Current.CancellationToken);

        Assert.StartsWith("CHECK", result.Out, StringComparison.Ordinal);
        Assert.Matches("[0-9]+ ok, [0-9]+ warnings, 0 failed, [0-9]+ skipped\n$", result.Out);
        Assert.DoesNotContain("compute.", result.Out, StringComparison.Ordinal);
    }

    private void MakeFolder(string name, string? format, UnixFileMode mode)
    {
        Directory.CreateDirectory(_folder[name], mode);
        if (format is not null)
        {
            _folder.Write($"{name}/format", format);
        }
    }

    private string Write(string compute, bool raw = false)
    {
        var ports = raw ? "" : """
              actions: {listen: '127.0.0.1:0'}
              ops: {listen: '127.0.0.1:PORT'}
            """.Replace("PORT", $"{FreePort()}", StringComparison.Ordinal);
        ports = compute.Contains("actions:", StringComparison.Ordinal) ? ports[(ports.IndexOf('\n', StringComparison.Ordinal) + 1)..] : ports;
        return _folder.Write("union.yaml", $"""
            version: 1
            controlPlane:
              dataDir: {_folder["control"]}
              clients:
                listen: 127.0.0.1:0
              clusters:
                listen: 127.0.0.1:0
              ops:
                listen: 127.0.0.1:0
            computePlane:
              dataDir: {_folder["compute"]}
              {compute}
            {ports}
              objects:
                listen: 127.0.0.1:0
              executor:
                unsandboxed: true

            """);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<(ExitCode Code, Dictionary<string, Check> Checks)> RunAsync(
        string compute, bool raw = false, bool offline = true) => RunFileAsync(Write(compute, raw), offline);

    private static async Task<(ExitCode Code, Dictionary<string, Check> Checks)> RunFileAsync(string file, bool offline)
    {
        string[] arguments = ["doctor", "--plane", "both", "--output", "json", "--config", file, .. offline ? new[] { "--offline" } : []];
        var result = await CliResult.RunAsync(null, arguments, "", TestContext.Current.CancellationToken);

        var checks = new Dictionary<string, Check>();
        foreach (var node in JsonNode.Parse(result.Out)!.AsArray())
        {
            checks[node!["check"]!.GetValue<string>()] = new Check(
                node["result"]!.GetValue<string>(), node["finding"]!.GetValue<string>(), node["advice"]?.GetValue<string>() ?? "");
        }

        return (result.Code, checks);
    }

    private sealed record Check(string Result, string Finding, string Advice);
}
