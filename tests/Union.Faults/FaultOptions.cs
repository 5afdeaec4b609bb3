using Union.Faults.Planes;

namespace Union.Faults;

/// <summary>One round of faults.</summary>
/// <param name="Seed">Makes the workload and the order of the faults.</param>
/// <param name="Faults">How long faults go on.</param>
public sealed record FaultOptions(int Seed, int Runs, TimeSpan Faults)
{
    public SeededBug Bug { get; init; }

    /// <summary>
    /// How long everything may take once the faults are over. Generous, since it is waited for and not slept: a cluster
    /// that was started with its clock ahead refuses uploads for two minutes.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long the same violations must stand until they count: longer than any time-out of the product.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(150);
}
