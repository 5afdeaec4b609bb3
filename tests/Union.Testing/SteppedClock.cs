namespace Union.Testing;

/// <summary>A clock that is set forward or back. As with a real one, timers and durations do not notice.</summary>
/// <param name="clock">The clock that was right.</param>
public sealed class SteppedClock(TimeProvider clock) : TimeProvider
{
    private long _ticks;

    public SteppedClock()
        : this(System)
    {
    }

    public TimeSpan Offset
    {
        get => new(Volatile.Read(ref _ticks));
        set => Volatile.Write(ref _ticks, value.Ticks);
    }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Offset;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
