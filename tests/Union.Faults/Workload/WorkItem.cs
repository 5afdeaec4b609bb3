namespace Union.Faults.Workload;

/// <summary>A run to be made: of what kind, with which input, and when after the beginning.</summary>
internal sealed record WorkItem(string Name, WorkKind Kind, long Input, TimeSpan At)
{
    private static readonly WorkKind[] Mix =
    [
        WorkKind.Sum, WorkKind.Fan, WorkKind.Flaky, WorkKind.Sum, WorkKind.Endless, WorkKind.Leaving, WorkKind.Sum,
        WorkKind.Failing, WorkKind.Waiting, WorkKind.Sum, WorkKind.Late, WorkKind.Fan,
    ];

    /// <summary>The whole workload of a round, the same for the same random numbers.</summary>
    public static IReadOnlyList<WorkItem> Plan(Random random, int runs, TimeSpan within) =>
    [
        .. Enumerable.Range(0, runs).Select(i => new WorkItem(
            FormattableString.Invariant($"{Mix[i % Mix.Length].Task}-{i}"), Mix[i % Mix.Length], random.Next(1, 1000),
            // Every other one at once: it is under way when the faults begin.
            i % 2 == 0 ? TimeSpan.Zero : within * random.NextDouble())),
    ];
}
