namespace Union.Faults.Installation;

/// <summary>Faults happen in time: this is how long the next one is waited for, never how long a result is.</summary>
internal static class Pause
{
    public static async Task ForAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(time < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : time);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    /// <summary>As <see cref="ForAsync"/>, and false where it was cut short.</summary>
    public static async Task<bool> TryAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await ForAsync(time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
