namespace Union.Testing;

/// <summary>The machine's clock, off by a fixed time.</summary>
public sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
