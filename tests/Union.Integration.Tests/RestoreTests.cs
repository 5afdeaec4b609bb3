namespace Union.Integration.Tests;

/// <summary>The steps of docs/upgrade.md: a copy of the metadata while it is in use, and the installation put back to it.</summary>
public sealed class RestoreTests : IAsyncDisposable
{
    private readonly UnionInstallation _union = new();

    public ValueTask DisposeAsync() => _union.DisposeAsync();

    [Fact]
    public async Task Installation_put_back_to_a_backup_knows_what_it_knew_and_works_on()
    {
        await _union.Control.StartAsync();
        await _union.EnrollAsync();
        await _union.Compute.StartAsync();
        await RunAsync("before");
        var held = new HeldTask(_union);
        var running = await _union.DetachAsync(held.File);
        await held.BeganAsync();

        var backup = Path.Combine(_union.User, "control.db");
        var configuration = _union.Control.Configuration;
        (await _union.RunAsync("db", "backup", backup, "--config", configuration)).Done();
        held.Release();
        await _union.FinishedAsync(running);
        await RunAsync("after");
        await RestoreAsync(backup);

        Assert.Equal(["before", running], await RunsAsync());
        var again = (await _union.RunAsync("db", "status", "--config", configuration)).Done().Output;
        Assert.Contains("sqlite", again, StringComparison.Ordinal);
        // The cluster has told how this run ended, and has forgotten it: it is done again.
        await held.BeganAsync();
        held.Release();
        await held.SucceededOnceAsync(running);
        await RunAsync("later");
        var io = (await _union.RunAsync("get", "io", "before")).Done().Output;
        Assert.Contains("n = 7", io, StringComparison.Ordinal);
    }

    private async Task RestoreAsync(string backup)
    {
        var data = Path.Combine(_union.Control.Folder, "data");
        await _union.Control.Process.SignalAsync("TERM");
        await _union.Control.Process.EndAsync();
        foreach (var old in Directory.GetFiles(data, "control.db*"))
        {
            File.Delete(old);
        }

        File.Copy(backup, Path.Combine(data, "control.db"));
        await _union.Control.StartAsync();
        await _union.Compute.ReadyAsync();
    }

    private async Task RunAsync(string name)
    {
        var task = _union.Write("small.yaml", """
            name: small
            command: [sh, -c, 'echo 7 > "$UNION_OUTPUTS/n"']
            outputs: {n: int}
            timeout: 60s

            """);
        Assert.Contains("n = 7", (await _union.RunAsync("run", task, "--name", name)).Done().Output, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string?>> RunsAsync() =>
        (await _union.RunAsync("get", "runs", "--output", "json")).Done().Json().AsArray()
            .Select(run => (string?)run!["run"]).Order(StringComparer.Ordinal);
}
