using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

public sealed class SandboxTests
{
    private const string Canary = "canary-5e3b1f0a-secret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Task_LooksAround_SeesNothingOfTheMachine()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        var work = fixture.Shell($"""
            ls /root 2>&1; ls {fixture.DataDir} 2>&1; ls -A /home /var /srv /mnt /opt 2>&1
            ls /etc
            ls -A /union /
            ps -e 2>/dev/null || ls -d /proc/[0-9]*
            touch /union/inputs/x 2>&1; touch /usr/x 2>&1
            grep Cap /proc/self/status; id -u; hostname; cat /proc/1/cmdline | tr '\0' ' '
            """);

        await fixture.RunAsync(work);

        var seen = string.Join('\n', (await fixture.ArchiveAsync(work)).Select(line => line.Text));
        Assert.Contains("cannot access '/root'", seen, StringComparison.Ordinal);
        Assert.Contains($"cannot access '{fixture.DataDir}'", seen, StringComparison.Ordinal);
        Assert.Contains("touch '/union/inputs/x'", seen.Replace("cannot touch", "touch", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Read-only file system", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("shadow", seen, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_PrintsItsEnvironment_HasNoVariableOfOurs(bool sandboxed)
    {
        Environment.SetEnvironmentVariable("UNION_TEST_OF_OURS", "leaked");
        await using var fixture = ExecutorFixture.With(sandboxed);
        var work = fixture.Shell("env | cut -d= -f1 | sort; ls /proc/self/fd | wc -l");

        await fixture.RunAsync(work);

        string[] allowed =
        [
            "HOME", "LANG", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "TZ", "UNION_ATTEMPT_KEY", "UNION_INPUTS",
            "UNION_OUTPUTS", "UNION_REPORT", "_",
        ];
        var lines = (await fixture.ArchiveAsync(work)).Select(line => line.Text).ToList();
        Assert.Empty(lines[..^1].Except(allowed));
        Assert.Equal("4", lines[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secret_WhileAndAfterTheTaskRuns_IsNowhereButInTheTask(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var work = fixture.Shell(
            "[ \"$API_KEY\" ] || exit 1; echo \"the key is $API_KEY\"; echo \"$API_KEY\" | base64 >&2; echo up; "
            + "while [ ! -e go ]; do sleep 0.02; done; echo \"$API_KEY\" >&2; exit 4",
            draft => draft.Secrets["API_KEY"] = Canary);
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");

        Assert.Empty(ArgumentsWithCanary());
        var supervisor = ProcessIdentity.Parse(AttemptFolder.ReadLine(fixture.FolderOf(work).Pid))!.Value;
        Assert.DoesNotContain(Canary, await File.ReadAllTextAsync($"/proc/{supervisor.Pid}/environ", Cancel), StringComparison.Ordinal);
        string[] raw = [fixture.FolderOf(work).Stdout, fixture.FolderOf(work).Stderr];
        Assert.Empty(FilesWithCanary(fixture.DataDir).Except(raw));
        await fixture.RestartAsync();
        var waiting = fixture.WaitAsync(work);
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);
        var result = await waiting;

        Assert.DoesNotContain(Canary, result.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(FilesWithCanary(fixture.DataDir).Except(raw));
        var lines = (await fixture.ArchiveAsync(work)).Select(line => line.Text).ToList();
        Assert.Contains("the key is ***", lines);
        Assert.DoesNotContain(lines, line => line.Contains(Canary, StringComparison.Ordinal)
            || line.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Canary))[..^4], StringComparison.Ordinal));
        await fixture.Executor.ForgetAsync(work.Key, Cancel);
        Assert.Empty(FilesWithCanary(fixture.DataDir));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecretFile_IsInMemoryOnly_AndGoneWithTheAttempt(bool sandboxed)
    {
        await using var fixture = ExecutorFixture.With(sandboxed);
        var value = new SecretBytes(System.Text.Encoding.UTF8.GetBytes(Canary));
        var work = fixture.Shell(
            "stat -c '%a %F' \"$KEY_FILE\"; cat \"$FLYTE_SECRETS_DEFAULT_DIR/db/pass-word\"; echo; [ ! \"$KEY\" ] || echo leak; "
            + "echo up; while [ ! -e go ]; do sleep 0.02; done",
            draft => draft.SecretFiles.AddRange([new SecretFile("key", "KEY_FILE", value), new SecretFile("db/pass-word", null, value)]));
        await fixture.Executor.StartAsync(work, Cancel);
        await fixture.LineAsync(work, "up");

        var root = AttemptFolder.ReadLine(fixture.FolderOf(work).SecretFolder)!;
        Assert.Equal("tmpfs", new DriveInfo(root).DriveFormat);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(root).UnixFileMode);
        Assert.Empty(ArgumentsWithCanary());
        Assert.Empty(FilesWithCanary(fixture.DataDir).Except([fixture.FolderOf(work).Stdout]));
        await fixture.RestartAsync();
        var waiting = fixture.WaitAsync(work);
        await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", Cancel);
        await waiting;

        Assert.False(Directory.Exists(root));
        Assert.Equal(
            ["400 regular file", "***", "up"], (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    [Fact]
    public async Task SecretFile_InTheSandbox_CannotBeChanged()
    {
        await using var fixture = ExecutorFixture.Sandboxed();
        var work = fixture.Shell(
            "rm \"$KEY_FILE\" 2>/dev/null || echo kept; echo x 2>/dev/null >\"$KEY_FILE\" || echo unchanged; echo \"$KEY_FILE\"",
            draft => draft.SecretFiles.Add(new SecretFile("key", "KEY_FILE", new SecretBytes("value"u8.ToArray()))));

        await fixture.RunAsync(work);

        Assert.Equal(
            ["kept", "unchanged", "/etc/flyte/secrets/key"], (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    [Fact]
    public async Task SecretFile_OfATaskThatIsRefused_IsRemoved()
    {
        await using var fixture = ExecutorFixture.Bare();
        var before = Directory.GetDirectories("/dev/shm", "union-*");
        var work = fixture.Shell("true", draft =>
        {
            draft.Environment["not a name"] = "x";
            draft.SecretFiles.Add(new SecretFile("key", null, new SecretBytes("value"u8.ToArray())));
        });

        var result = await fixture.RunAsync(work);

        Assert.Equal("environment_invalid", result.Error!.Code);
        Assert.NotNull(AttemptFolder.ReadLine(fixture.FolderOf(work).SecretFolder));
        Assert.DoesNotContain(AttemptFolder.ReadLine(fixture.FolderOf(work).SecretFolder), Directory.GetDirectories("/dev/shm").Except(before));
    }

    [Theory]
    [InlineData(TaskNetwork.None, "none", "refused")]
    [InlineData(TaskNetwork.Shared, "shared", "connected")]
    public async Task Network_OfARawTask_ReachesThisMachineOnlyWhereItIsShared(
        TaskNetwork network, string said, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var fixture = ExecutorFixture.Sandboxed(dataDir => new() { DataDir = dataDir, Network = network });
        var work = fixture.Work(["bash", "-c", Connect(listener) + "; grep : /proc/net/dev | cut -d: -f1 | tr -d ' '"]);

        await fixture.RunAsync(work);

        var lines = (await fixture.ArchiveAsync(work)).Select(line => line.Text).ToList();
        Assert.Equal(said, fixture.Executor.Capabilities.Network);
        Assert.Equal(expected, lines[0]);
        Assert.Equal(network == TaskNetwork.Shared, listener.Pending());
        if (network == TaskNetwork.None)
        {
            Assert.Equal(["lo"], lines[1..]);
        }
    }

    [Fact]
    public async Task Network_OfAStockTask_IsShared()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var fixture = FlyteFixture.With(sandboxed: true);
        var work = fixture.Work($": > \"${{4#file://}}/outputs.pb\"; bash -c '{Connect(listener)}'");

        await fixture.RunAsync(work);

        Assert.Equal("none", fixture.Executor.Capabilities.Network);
        Assert.Equal(["connected"], await fixture.LogAsync(work));
    }

    [Fact]
    public async Task Network_None_WithoutASandbox_IsSaidToBeShared()
    {
        await using var fixture = ExecutorFixture.Of(dataDir => new()
        {
            DataDir = dataDir,
            Sandbox = SandboxMode.Off,
            AllowUnsandboxed = true,
            Network = TaskNetwork.None,
            Actions = ActionsSocket.Prepare(Path.Combine(dataDir, "actions")),
        });

        Assert.Equal("shared", fixture.Executor.Capabilities.Network);
        Assert.Null(fixture.Executor.Capabilities.RawEndpoint);
    }

    [Fact]
    public async Task ActionsFolder_InTheSandbox_HoldsASocketThatTheTaskCannotReplace()
    {
        await using var fixture = ExecutorFixture.Sandboxed(dataDir => new()
        {
            DataDir = dataDir,
            Actions = ActionsSocket.Prepare(Path.Combine(dataDir, "actions")),
        });
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(fixture.DataDir, "actions", "actions.sock")));
        var work = fixture.Shell("cd /run/union; ls; rm actions.sock 2>&1; mv actions.sock x 2>&1; touch x 2>&1; ls");

        await fixture.RunAsync(work);

        var lines = (await fixture.ArchiveAsync(work)).Select(line => line.Text).ToList();
        Assert.Equal("unix:/run/union/actions.sock:", fixture.Executor.Capabilities.RawEndpoint);
        Assert.Equal(("actions.sock", "actions.sock"), (lines[0], lines[^1]));
        Assert.All(lines[1..^1], line => Assert.Contains("Read-only file system", line, StringComparison.Ordinal));
        Assert.Equal(5, lines.Count);
    }

    [Fact]
    public async Task Network_BubblewrapThatMakesNone_FallsBackToTheMachines()
    {
        using var folder = new TemporaryFolder();
        var wrapper = folder.Write(
            "bwrap", "#!/bin/sh\ncase \" $* \" in *\" --unshare-net \"*) exit 1;; esac\nexec bwrap \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var fixture = ExecutorFixture.Sandboxed(
            dataDir => new() { DataDir = dataDir, Network = TaskNetwork.None, Bubblewrap = wrapper });
        var work = fixture.Shell("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort");

        await fixture.RunAsync(work);

        var machines = (await File.ReadAllLinesAsync("/proc/net/dev", Cancel)).Skip(2)
            .Select(line => line.Split(':')[0].Trim()).Order(StringComparer.Ordinal);
        Assert.Equal(("bubblewrap", "shared", null), (
            fixture.Executor.Capabilities.Sandbox, fixture.Executor.Capabilities.Network, fixture.Executor.Capabilities.RawEndpoint));
        Assert.Equal(machines, (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    private static string Connect(TcpListener listener) => string.Create(
        CultureInfo.InvariantCulture,
        $"(exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}) 2>/dev/null && echo connected || echo refused");

    private static List<string> ArgumentsWithCanary() =>
    [
        .. ProcessTable.Read().Rows.Select(row =>
        {
            try
            {
                return File.ReadAllText($"/proc/{row.Identity.Pid}/cmdline");
            }
            catch (IOException)
            {
                return "";
            }
        }).Where(text => text.Contains(Canary, StringComparison.Ordinal)),
    ];

    private static List<string> FilesWithCanary(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => File.ReadAllText(path).Contains(Canary, StringComparison.Ordinal)),
    ];
}
