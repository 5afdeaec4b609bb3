namespace Union.Integration.Tests;

/// <summary>A queue of its own that is drained while something of it runs, and what a person is shown meanwhile.</summary>
public sealed class QueueDrainTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task A_drained_queue_ends_what_has_begun_and_begins_nothing_until_it_is_resumed()
    {
        (await _union.RunAsync("queue", "set", "drained", "--weight", "5")).Done();
        _union.Write("child.yaml", """
            name: child
            command: [sh, -c, 'echo 1 > "$UNION_OUTPUTS/n"']
            outputs: {n: int}

            """);
        // The child is wanted only after the drain: the parent waits for a word that the drained queue cannot hold up.
        var parent = _union.Write("drained.yaml", """
            name: drained
            command: [sh, -c, 'while [ ! -e go ]; do sleep 0.1; done; union action enqueue child.yaml --name c && union action wait c']
            files: [child.yaml]
            queue: drained
            timeout: 120s

            """);
        var begun = await _union.DetachAsync(parent, "--name", "drained-1");
        await PhaseIsAsync(begun, "RUNNING");

        (await _union.RunAsync("queue", "drain", "drained")).Done();
        var held = await _union.DetachAsync(parent, "--name", "drained-2");
        Release();
        Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(begun))["phase"]);
        Assert.Equal("QUEUED", await PhaseAsync(held));

        (await _union.RunAsync("queue", "resume", "drained")).Done();
        await PhaseIsAsync(held, "RUNNING");
        Release();
        Assert.Equal("SUCCEEDED", (string?)(await _union.FinishedAsync(held))["phase"]);
    }

    private async Task<string?> PhaseAsync(string run) =>
        (string?)(await _union.RunAsync("get", "run", run, "--output", "json")).Done().Json()["phase"];

    private Task PhaseIsAsync(string run, string phase) =>
        Processes.Eventually.IsAsync(async () => await PhaseAsync(run) == phase, $"{run} is {phase}");

    private void Release()
    {
        foreach (var attempt in Directory.EnumerateDirectories(Path.Combine(_union.Compute.Folder, "data", "attempts")))
        {
            if (File.Exists(Path.Combine(attempt, "work", "child.yaml")))
            {
                File.WriteAllText(Path.Combine(attempt, "work", "go"), "");
            }
        }
    }
}
