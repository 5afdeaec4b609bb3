namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The time of day, as long as it agrees with the time that passes. A clock that is set forward would make everything
/// overdue at once, so after a step nobody is told the time until the clock has stayed as it is for a while: who set it by
/// mistake sets it right, and a machine that slept keeps what it woke up with.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    /// <summary>Clocks are kept right by less than that, and a thread that stands still between two reads looks like less.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan UntilBelieved = TimeSpan.FromMinutes(10);

    private DateTimeOffset _wall = time.GetUtcNow();
    private long _at = time.GetTimestamp();
    private (TimeSpan By, long Since)? _step;

    /// <summary>How far the clock was set; null where it is believed.</summary>
    public TimeSpan? Step => _step?.By;

    /// <returns>The time; null while a step of the clock is not believed.</returns>
    public DateTimeOffset? Now()
    {
        var (wall, at) = (time.GetUtcNow(), time.GetTimestamp());
        var by = wall - _wall - time.GetElapsedTime(_at, at);
        if (by.Duration() <= Tolerance || HasStayed(by, at))
        {
            // From here on, so that what clocks drift in months never adds up.
            (_wall, _at, _step) = (wall, at, null);
            return wall;
        }

        return null;
    }

    private bool HasStayed(TimeSpan by, long at)
    {
        if (_step is not { } step || (step.By - by).Duration() > Tolerance)
        {
            _step = (by, at);
            return false;
        }

        return time.GetElapsedTime(step.Since, at) >= UntilBelieved;
    }
}
