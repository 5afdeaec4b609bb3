using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Xunit;

namespace Union.Testing.Servers;

/// <summary>
/// A Ceph radosgw of the test class's own: a server that verifies S3 signatures, which the usual fakes do not.
/// </summary>
public sealed class RadosGateway : IAsyncLifetime
{
    private static readonly string[] Programs =
        ["radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool", "curl"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Why there is no server here; null where there is one.</summary>
    public string? Absent { get; private set; }

    public string Endpoint { get; private set; } = "";

    public string AccessKey { get; } = RandomNumberGenerator.GetHexString(20);

    public string SecretKey { get; } = RandomNumberGenerator.GetHexString(40);

    /// <summary>A bucket of the user's, made when the server starts.</summary>
    public const string Bucket = "test-bucket";

    /// <summary>Keys of the server's key service.</summary>
    public const string EncryptionKey = "testkey-1";
    public const string OtherEncryptionKey = "testkey-2";

    /// <summary>A role that the user may assume, with every right on every bucket.</summary>
    public const string Role = "arn:aws:iam:::role/signer";

    public async ValueTask InitializeAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        var missing = Programs.Where(p => !path.Any(f => File.Exists(Path.Combine(f, p)))).ToList();
        if (missing.Count > 0)
        {
            Absent = $"Not installed: {string.Join(", ", missing)} (packages radosgw, ceph-mon, ceph-osd, ceph-common).";
            return;
        }

        var port = FreePort();
        var script = Path.Combine(RepositoryFiles.Root, "tests/Union.Testing/Servers/radosgw.sh");
        string[] arguments = [script, _folder.Path, port.ToString(CultureInfo.InvariantCulture), AccessKey, SecretKey];

        // Into a file and not a pipe: the daemons inherit it, and a pipe would stay open as long as they live.
        var log = _folder["start.log"];
        var start = new ProcessStartInfo("bash", ["-c", "exec bash \"$@\" >\"$0\" 2>&1", log, .. arguments]);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token);
        if (process.ExitCode != 0)
        {
            var said = await File.ReadAllTextAsync(log);
            await DisposeAsync();
            throw new InvalidOperationException($"Ceph is installed, but radosgw did not start: {said}");
        }

        Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port + 1}");
    }

    public async ValueTask DisposeAsync()
    {
        var run = _folder["run"];
        foreach (var file in Directory.Exists(run) ? Directory.GetFiles(run, "*.pid") : [])
        {
            await StopAsync(int.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture));
        }

        _folder.Dispose();
    }

    private static async Task StopAsync(int pid)
    {
        try
        {
            using var daemon = Process.GetProcessById(pid);
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }
        catch (ArgumentException)
        {
            // It has ended by itself.
        }
    }

    // Below the range from which the kernel gives ports to clients: the daemons take 41 ports one after the other.
    private static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            if (IsFree(port) && IsFree(port + 1) && IsFree(port + 10))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
