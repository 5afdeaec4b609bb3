using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>The runs of one task, summed up.</summary>
/// <param name="Recent">The newest ones, newest first.</param>
/// <param name="ErrorKinds">How many failed, by kind: 0 unknown, 1 user, 2 system.</param>
public sealed record RunGroup(
    string TaskName, string ShortName, string Environment, long Runs, long LatestAt, long? LatestFinishedAt,
    IReadOnlyList<RecentRun> Recent, IReadOnlyList<string> CreatedBy, IReadOnlyDictionary<ActionPhase, long> Phases,
    IReadOnlyDictionary<long, long> ErrorKinds, long AverageMicros, long AverageMicrosToRunning)
{
    private const int RecentRuns = 10;
    private const int Creators = 20;

    /// <summary>Changes whenever the group shows something else.</summary>
    public long Change { get; private init; }

    public double FailureRate
    {
        get
        {
            var ended = Phases.Where(p => p.Key.IsTerminal()).Sum(p => p.Value);
            var failed = Phases.GetValueOrDefault(ActionPhase.Failed) + Phases.GetValueOrDefault(ActionPhase.TimedOut);
            return ended == 0 ? 0 : (double)failed / ended;
        }
    }

    /// <param name="roots">Root actions of runs of one task, newest first.</param>
    internal static RunGroup Of(string task, IReadOnlyList<ActionRow> roots)
    {
        var newest = roots[0];
        var ended = roots.Where(r => r.EndedAt is not null).ToList();
        return new RunGroup(
            task, newest.TaskShortName, newest.TaskEnvironment, roots.Count, newest.CreatedAt,
            ended.Max(r => r.EndedAt), [.. roots.Take(RecentRuns).Select(r => new RecentRun(r.Run, r.Phase))],
            [.. roots.Select(r => r.CreatedBy).Distinct().Take(Creators)],
            roots.CountBy(r => r.Phase).ToDictionary(c => c.Key, c => (long)c.Value),
            roots.Where(r => r.ErrorCode.Length > 0 && r.Phase.IsTerminal()).CountBy(r => r.ErrorKind)
                .ToDictionary(c => c.Key, c => (long)c.Value),
            Average(ended.Where(r => r.StartedAt is not null).Select(r => r.EndedAt!.Value - r.StartedAt!.Value)),
            Average(roots.Where(r => r.StartedAt is not null).Select(r => r.StartedAt!.Value - r.CreatedAt)))
        {
            Change = roots.Aggregate(17L, (hash, r) => unchecked((hash * 31) + (r.RunRowId * 7) + r.Change)),
        };
    }

    private static long Average(IEnumerable<long> micros) => (long)micros.DefaultIfEmpty(0).Average();
}

public sealed record RecentRun(string Name, ActionPhase Phase);
