using System.Collections.Concurrent;
using System.Diagnostics;
using Union.Core.Boundary;
using Union.Faults.Checks;
using Union.Faults.Installation;
using Union.Faults.Workload;
using Union.Testing.Servers;

namespace Union.Faults;

/// <summary>
/// A workload while processes are killed at random, and what must hold once all is well again: what was acknowledged is
/// there, has ended as it should, once, and nothing is left over.
/// </summary>
public static class FaultRound
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OutputPatience = TimeSpan.FromMinutes(1);

    /// <param name="server">One with durability on, which is killed too; null for a single control plane on SQLite.</param>
    public static async Task<FaultReport> RunAsync(
        FaultOptions options, PostgresServer? server, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var random = new Random(options.Seed);
        var plan = WorkItem.Plan(random, options.Runs, options.Faults * 0.6);
        var (diary, violations) = (new FaultDiary(), new ConcurrentBag<string>());
        await using var installation = await FaultyInstallation.StartAsync(server, options.Bug, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(options.Faults + options.Patience);
        var runners = plan.Select((item, i) => new WorkRunner(item, i, installation, diary, violations)).ToList();
        try
        {
            using var faults = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            var work = runners.Select(runner => GuardAsync(runner, violations, stop.Token)).ToList();
            await Task.WhenAny(Task.WhenAll(runners.Where(r => r.Item.At == TimeSpan.Zero).Select(r => r.Acknowledgement)), Task.WhenAll(work));
            faults.CancelAfter(options.Faults);
            await new FaultLoops(installation, diary, random).RunAsync(faults.Token);
            diary.Write("the faults are over");
            var over = Stopwatch.GetTimestamp();
            await Task.WhenAll(work);
            var rows = await SettledAsync(installation, runners, options.Stall, stop.Token);
            diary.Write("settled");
            var settled = Stopwatch.GetElapsedTime(over);
            violations.AddRange(MetadataCheck.Violations(rows, runners));
            violations.AddRange(await ClusterCheck.ViolationsAsync(installation, rows));
            violations.AddRange(await OutputsAsync(runners, rows, cancellationToken));
            violations.AddRange(installation.Planes.Where(plane => plane.Broken > 0)
                .Select(plane => $"the {plane.Name} ended by itself {plane.Broken} times; it said:\n{FaultyInstallation.TailOf(plane)}"));
            await stop.CancelAsync();
            return new FaultReport(
                options.Seed, server is null ? "SQLite" : "PostgreSQL", rows.Runs.Count, rows.Actions.Count, rows.Attempts.Count,
                rows.Events.Count, (int)rows.Actions.Sum(a => a.Attempt - 1 - a.SystemFails), (int)rows.Actions.Sum(a => a.SystemFails),
                runners.Sum(runner => runner.Watched.Cuts), diary.Faults, settled, Stopwatch.GetElapsedTime(began),
                [.. violations])
            {
                Diary = diary.Lines,
                Logs = violations.IsEmpty ? null : installation.KeepLogs(options.Seed),
            };
        }
        finally
        {
            await stop.CancelAsync();
            runners.ForEach(runner => runner.Dispose());
        }
    }

    private static async Task GuardAsync(WorkRunner runner, ConcurrentBag<string> violations, CancellationToken cancellationToken)
    {
        try
        {
            await runner.RunAsync(cancellationToken);
        }
#pragma warning disable CA1031 // The border of one client: what it met is a finding of the round.
        catch (Exception e)
#pragma warning restore CA1031
        {
            violations.Add($"{runner.Item.Name}: its client met {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Waits until all holds, or the same is wrong for too long; the checks say what it is.</summary>
    private static async Task<MetadataRows> SettledAsync(
        FaultyInstallation installation, IReadOnlyList<WorkRunner> runners, TimeSpan stall, CancellationToken cancellationToken)
    {
        var (wrong, since) = (new HashSet<string>(), Stopwatch.GetTimestamp());
        while (true)
        {
            var rows = await MetadataRows.ReadAsync(installation);
            var now = MetadataCheck.Violations(rows, runners)
                .Concat(await ClusterCheck.ViolationsAsync(installation, rows)).ToHashSet(StringComparer.Ordinal);
            if (!now.SetEquals(wrong))
            {
                (wrong, since) = (now, Stopwatch.GetTimestamp());
            }

            if (wrong.Count == 0 || Stopwatch.GetElapsedTime(since) > stall || !await Pause.TryAsync(LookEvery, cancellationToken))
            {
                return rows;
            }
        }
    }

    private static async Task<IReadOnlyList<string>> OutputsAsync(
        IReadOnlyList<WorkRunner> runners, MetadataRows rows, CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        var succeeded = rows.Actions.Where(a => a.Name == Names.RootAction && a.Phase == ActionPhase.Succeeded)
            .Select(a => rows.Runs.First(run => run.Id == a.RunId).Name).ToHashSet(StringComparer.Ordinal);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(OutputPatience);
        foreach (var runner in runners.Where(r => succeeded.Contains(r.Item.Name) && r.Item.Kind.Total is not null))
        {
            try
            {
                var total = await runner.TotalAsync(patience.Token);
                var right = runner.Item.Kind.Total!(runner.Item.Input);
                if (total != right)
                {
                    wrong.Add(FormattableString.Invariant($"{runner.Item.Name} answered {total} and should have answered {right}"));
                }
            }
            catch (Exception e) when (e is TimeoutException || FaultyClient.IsAway(e))
            {
                wrong.Add($"{runner.Item.Name}: its outputs could not be read: {e.Message}");
            }
        }

        return wrong;
    }

    private static void AddRange(this ConcurrentBag<string> violations, IEnumerable<string> more)
    {
        foreach (var violation in more)
        {
            violations.Add(violation);
        }
    }
}
