namespace Union.Integration.Tests.Processes;

/// <summary>Waits for what another process does without saying so, such as the end of a task or of a port.</summary>
internal static class Eventually
{
    public static async Task IsAsync(Func<Task<bool>> isSo, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var timeout = new CancellationTokenSource(RunningProcess.Patience);
        try
        {
            while (!await isSo())
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Within {RunningProcess.Patience.TotalSeconds:0} s this did not come: {what}");
        }
    }

    public static Task IsAsync(Func<bool> isSo, string what) => IsAsync(() => Task.FromResult(isSo()), what);
}
