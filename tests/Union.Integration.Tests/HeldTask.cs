using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>
/// A task that waits, wherever its planes are meanwhile, for a file that the test lays into its work folder. It says
/// when it began and when it went on, so a second execution of it would show.
/// </summary>
internal sealed class HeldTask(UnionInstallation union)
{
    public string File { get; } = union.Write("held.yaml", """
        name: held
        command: [sh, -c, 'echo began; while [ ! -e go ]; do sleep 0.05; done; echo went on; echo 7 > "$UNION_OUTPUTS/n"']
        outputs: {n: int}
        timeout: 120s

        """);

    private string Attempts => Path.Combine(union.Compute.Folder, "data", "attempts");

    public Task BeganAsync() => Eventually.IsAsync(() => Mine().Count > 0, "the task began");

    public void Release()
    {
        foreach (var attempt in Mine())
        {
            System.IO.File.WriteAllText(Path.Combine(attempt, "work", "go"), "");
        }
    }

    /// <summary>Waits until no process of the task is left, though no plane may know it yet.</summary>
    public Task EndedAsync() => Eventually.IsAsync(
        () => Mine().All(attempt => System.IO.File.Exists(Path.Combine(attempt, "exit"))), "the task ended");

    /// <summary>It succeeded, in one execution, and everything that it made can be read.</summary>
    public async Task SucceededOnceAsync(string run)
    {
        var details = await union.FinishedAsync(run);
        Assert.Equal("SUCCEEDED", (string?)details["phase"]);
        var io = (await union.RunAsync("get", "io", run, "--output", "json")).Done().Json();
        Assert.Equal(7, (int?)io["outputs"]![0]!["value"]);
        var log = (await union.RunAsync("logs", run)).Done().Output;
        Assert.Equal(["began", "went on"], log.TrimEnd('\n').Split('\n'));
    }

    // Its executor keeps the folder of an attempt until the control plane has acknowledged the end.
    private List<string> Mine() => [.. Directory.EnumerateDirectories(Attempts).Where(HasBegun)];

    private static bool HasBegun(string attempt)
    {
        try
        {
            return System.IO.File.ReadAllText(Path.Combine(attempt, "stdout")).StartsWith("began", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It is not started yet, or is being forgotten.
            return false;
        }
    }
}
