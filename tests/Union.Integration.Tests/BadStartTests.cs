using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>Planes that must not start: each says what is wrong and what to do, and touches nothing.</summary>
public sealed class BadStartTests : IAsyncDisposable
{
    private readonly UnionInstallation _union = new();

    private string DataDir => Path.Combine(_union.Control.Folder, "data");

    public ValueTask DisposeAsync() => _union.DisposeAsync();

    [Theory]
    [InlineData("control-plane")]
    [InlineData("compute-plane")]
    [InlineData("up")]
    public async Task Configuration_that_is_missing_is_named(string command)
    {
        var refused = await StartAsync(command, "nowhere.yaml");

        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("error: nowhere.yaml: there is no such file.", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("control-plane")]
    [InlineData("compute-plane")]
    [InlineData("up")]
    public async Task Configuration_with_mistakes_is_refused_with_all_of_them_and_their_lines(string command)
    {
        _union.Write("wrong.yaml", $$"""
            version: 1
            controlPlane:
              auth: none
              dataDir: {{DataDir}}
              clients: {listen: here}
              ops: {lisen: 127.0.0.1:1}
            computePlane:
              executor: {parallel: -3}

            """);

        var refused = await StartAsync(command, "wrong.yaml");

        Assert.Equal(2, refused.ExitCode);
        Assert.Collection(
            refused.Errors.TrimEnd('\n').Split('\n'),
            e => Assert.StartsWith("error: wrong.yaml:5:21: 'controlPlane.clients.listen' is 'here'", e, StringComparison.Ordinal),
            e => Assert.StartsWith(
                "error: wrong.yaml:6:9: unknown key 'lisen' in 'controlPlane.ops'; did you mean 'listen'?", e, StringComparison.Ordinal),
            e => Assert.StartsWith("error: wrong.yaml:8:24: 'computePlane.executor.parallel'", e, StringComparison.Ordinal));
        Assert.False(Path.Exists(DataDir));
    }

    [Fact]
    public async Task Configuration_that_is_not_yaml_is_refused_with_its_line()
    {
        _union.Write("broken.yaml", "version: 1\ncontrolPlane: [x\n");

        var refused = await StartAsync("control-plane", "broken.yaml");

        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("error: broken.yaml:3:1: this is not YAML", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_without_a_join_token_is_refused_before_it_makes_a_folder_or_a_key()
    {
        var missing = await _union.Compute.Launch().EndAsync();
        await File.WriteAllTextAsync(_union.TokenFile, "union-join-v1.half\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_union.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var malformed = await _union.Compute.Launch().EndAsync();

        Assert.Contains(_union.TokenFile, missing.Errors, StringComparison.Ordinal);
        Assert.Contains("The join token is not one, or is incomplete.", malformed.Errors, StringComparison.Ordinal);
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Equal(
            ["join.token", "tmp", "union.yaml"],
            Directory.GetFileSystemEntries(_union.Compute.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_its_key_and_the_plane_starts_once_it_is_free()
    {
        using (var taken = new TcpListener(IPAddress.Loopback, _union.ClientsPort))
        {
            taken.Start();

            var refused = await _union.Control.Launch().EndAsync();

            Assert.Equal(1, refused.ExitCode);
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_union.ClientsPort} (controlPlane.clients.listen)"),
                refused.Errors, StringComparison.Ordinal);
            Assert.Contains("hint: End the process that uses it", refused.Errors, StringComparison.Ordinal);
        }

        await _union.Control.StartAsync();
    }

    [Fact]
    public async Task A_data_folder_of_another_version_is_refused_unchanged()
    {
        Directory.CreateDirectory(DataDir);
        var format = Path.Combine(DataDir, "format");
        await File.WriteAllTextAsync(format, "control 7\n", TestContext.Current.CancellationToken);

        var refused = await _union.Control.Launch().EndAsync();

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            $"{DataDir} has format 'control 7'; this binary uses 'control 1'", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: ", refused.Errors, StringComparison.Ordinal);
        Assert.Equal([format], Directory.GetFileSystemEntries(DataDir));
    }

    [Fact]
    public async Task A_data_folder_of_the_other_plane_or_of_a_running_one_is_refused()
    {
        await _union.Control.StartAsync();
        var home = _union.Control.Folder;
        await using var second = new PlaneHome(
            home, "control-plane", 1, await File.ReadAllTextAsync(_union.Control.Configuration, TestContext.Current.CancellationToken));

        var running = await second.Launch().EndAsync();
        var other = await RunningProcess.Start(
            UnionBinary.Path, ["compute-plane"], home,
            new Dictionary<string, string>(ProcessVariables.Of(home)) { ["UNION_COMPUTEPLANE_DATADIR"] = DataDir }).EndAsync();

        Assert.Equal((1, 1), (running.ExitCode, other.ExitCode));
        Assert.Contains($"{DataDir} is in use by another process", running.Errors, StringComparison.Ordinal);
        Assert.Contains("has format 'control 1'; this binary uses 'compute 1'", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_may_not_be_written_is_refused_and_named()
    {
        // Nobody's right to write is taken away from root by a file's mode, so root tries as somebody else.
        string[] asNobody = Environment.UserName == "root"
            ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        var home = _union.Control.Folder;
        if (asNobody.Length > 0)
        {
            Open(Path.GetDirectoryName(home)!, home, Path.Combine(home, "tmp"));
            var able = await RunningProcess.Start(
                asNobody[0], [.. asNobody[1..], UnionBinary.Path, "version"], "/", ProcessVariables.Of(home)).EndAsync();
            Assert.SkipWhen(able.ExitCode != 0, "the program lies where only root may read it");
        }

        Directory.CreateDirectory(DataDir, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var refused = await _union.Control.Launch(asNobody).EndAsync();

        Assert.Equal(4, refused.ExitCode);
        Assert.Contains($"error: The data folder {DataDir} cannot be used: ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: Choose another folder with dataDir or UNION_HOME", refused.Errors, StringComparison.Ordinal);
    }

    private static void Open(params string[] folders)
    {
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }
    }

    private Task<CommandResult> StartAsync(string command, string file) => _union.RunAsync(command, "--config", file);
}
