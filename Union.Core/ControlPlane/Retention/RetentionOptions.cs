namespace Union.Core.ControlPlane.Retention;

/// <summary>How long the control plane remembers what is over, and how gently it forgets.</summary>
public sealed record RetentionOptions
{
    /// <summary>Runs that ended so long ago are forgotten, and cached results that were of no use for so long.</summary>
    public TimeSpan Runs { get; init; } = TimeSpan.FromDays(90);

    /// <summary>More than a year, so that a yearly review finds the last one.</summary>
    public TimeSpan Audit { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long an ended token stays, so that its name in old runs can still be looked up.</summary>
    public TimeSpan Tokens { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Far longer than the ten minutes in which a repeated call is recognised.</summary>
    public TimeSpan Requests { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Rows that one transaction deletes: few milliseconds, so that nobody waits for it.</summary>
    public int Batch { get; init; } = 200;

    /// <summary>Between two transactions, so that others come first.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Transactions of one pass at most; the next pass goes on.</summary>
    public int MaxBatches { get; init; } = 2000;
}
