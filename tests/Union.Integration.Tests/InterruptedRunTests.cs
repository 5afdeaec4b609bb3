namespace Union.Integration.Tests;

/// <summary>Ctrl-C during <c>union run</c>, with a real signal to a real process.</summary>
public sealed class InterruptedRunTests(SharedInstallation shared)
{
    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task The_run_goes_on_and_the_message_says_how_to_return_to_it()
    {
        var task = new HeldTask(_union);
        await using var running = _union.Start("run", task.File, "--name", "left-1");
        await running.LineAsync(line => line.StartsWith("left-1", StringComparison.Ordinal));
        await task.BeganAsync();

        await running.SignalAsync("INT");
        var left = await running.EndAsync();
        await using var returned = _union.Start("get", "run", "left-1", "--follow");
        await returned.LineAsync(line => line.Contains("RUNNING", StringComparison.Ordinal));
        task.Release();

        Assert.Equal(130, left.ExitCode);
        Assert.Contains(
            "The run left-1 goes on. Return to it with: union get run left-1 --follow", left.Errors, StringComparison.Ordinal);
        Assert.Contains("n = 7", (await returned.EndAsync()).Done().Output, StringComparison.Ordinal);
        await task.SucceededOnceAsync("left-1");
    }
}
