using System.Globalization;
using Union.Faults;
using Union.Testing.Servers;

namespace Union.Benchmarks.Chaos;

/// <summary>
/// Many rounds of faults, three on PostgreSQL to one on SQLite, each with a seed of its own. A round that does not hold
/// says why on standard error and goes on to the next; any makes the exit code 1.
/// </summary>
internal static class ChaosBench
{
    private const int Runs = 12;

    private static readonly TimeSpan Faults = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(FigureWriter writer, int rounds, int seed)
    {
        var reports = new List<FaultReport>();
        for (var round = 0; round < rounds; round++)
        {
            reports.Add(await RoundAsync(seed + round, onPostgres: round % 4 != 3));
            Console.Error.WriteLine(reports[^1]);
        }

        var reference = string.Create(CultureInfo.InvariantCulture, $"seeds {seed} to {seed + rounds - 1}");
        writer.Write(new Figure(
            "rounds that held", reports.Count(r => r.Held), "rounds", reference,
            string.Create(CultureInfo.InvariantCulture, $">= {rounds}"), reports.TrueForAll(r => r.Held)));
        writer.Write(new Figure("violations", reports.Sum(r => r.Violations.Count), "", reference, "< 1", reports.TrueForAll(r => r.Held)));
        writer.Write(Figure.Plain("runs", reports.Sum(r => r.Runs), "runs"));
        writer.Write(Figure.Plain("actions", reports.Sum(r => r.Actions), "actions"));
        writer.Write(Figure.Plain("attempts", reports.Sum(r => r.Attempts), "attempts"));
        writer.Write(Figure.Plain("phase events", reports.Sum(r => r.Events), "events"));
        writer.Write(Figure.Plain("retries that tasks asked for", reports.Sum(r => r.Retries), "retries"));
        writer.Write(Figure.Plain("attempts that the platform lost", reports.Sum(r => r.Lost), "attempts"));
        writer.Write(Figure.Plain("watches cut", reports.Sum(r => r.Cuts), "watches"));
        foreach (var fault in reports.SelectMany(r => r.Faults).GroupBy(pair => pair.Key, pair => pair.Value).OrderBy(g => g.Key))
        {
            writer.Write(Figure.Plain(fault.Key, fault.Sum(), "times"));
        }

        writer.Write(Figure.Plain("settled after the last fault, longest", reports.Max(r => r.Settled.TotalSeconds), "s"));
        return reports.TrueForAll(r => r.Held) ? 0 : 1;
    }

    private static async Task<FaultReport> RoundAsync(int seed, bool onPostgres)
    {
        await using var server = new PostgresServer(durable: true);
        if (onPostgres)
        {
            await server.InitializeAsync();
            if (server.Absent is { } why)
            {
                throw new InvalidOperationException(why);
            }
        }

        return await FaultRound.RunAsync(
            new FaultOptions(seed, Runs, Faults), onPostgres ? server : null, CancellationToken.None);
    }
}
