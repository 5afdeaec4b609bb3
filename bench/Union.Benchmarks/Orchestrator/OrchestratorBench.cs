using Union.Core.ControlPlane.Database;
using Union.Testing;
using Union.Testing.Servers;

namespace Union.Benchmarks.Orchestrator;

/// <summary>
/// From enqueue to a recorded end with tasks that do nothing, on a PostgreSQL whose durability is on, beside Hangfire and
/// pgbench on the same server; and on SQLite. They take turns, so that a machine that is busier for a while is it for all.
/// </summary>
internal static class OrchestratorBench
{
    private const int Rounds = 3;
    private const int Actions = 1000;
    private const int Callers = 16;
    private const int HangfireJobs = 500;
    private const int PlainSeconds = 4;

    /// <param name="largeRun">Actions of the one large run.</param>
    public static async Task<int> RunAsync(FigureWriter writer, int largeRun)
    {
        await using var server = new PostgresServer(durable: true, observed: true);
        await server.InitializeAsync();
        if (server.Absent is { } why)
        {
            Console.Error.WriteLine($"skipped PostgreSQL: {why}");
        }
        else
        {
            await OnPostgresAsync(writer, server);
            await LargeRunBench.RunAsync(writer, server, largeRun);
        }

        using var folder = new TemporaryFolder();
        await using var file = MetadataDatabase.Open(folder["control.db"]);
        Write(writer, "SQLite", await OrchestratorLoad.RunAsync([file], Actions * Rounds, Callers, () => { }));
        return 0;
    }

    // Each on a database of its own that nobody has analyzed: a new installation is not slow in its first minutes.
    private static async Task OnPostgresAsync(FigureWriter writer, PostgresServer server)
    {
        var one = await MeasuredLoad.CreateAsync(server, replicas: 1);
        var two = await MeasuredLoad.CreateAsync(server, replicas: 2);
        var hangfire = new Measured();
        var plain = new Measured();
        var jobs = (await server.CreateDatabaseAsync()).Migrations!.Reveal();
        for (var round = 0; round < Rounds; round++)
        {
            await one.RunAsync(Actions, Callers);
            await hangfire.AddAsync(server, HangfireJobs, () => HangfireLoad.RunAsync(jobs, HangfireJobs, Callers));
            await two.RunAsync(Actions, Callers);
            var rate = 0.0;
            await plain.AddAsync(server, () => (int)(rate * PlainSeconds), async () =>
            {
                rate = await PgbenchLoad.RunAsync(one.Owner, server.RootCertificate, Callers, PlainSeconds);
                return TimeSpan.FromSeconds(PlainSeconds);
            });
        }

        Write(writer, "PostgreSQL, 1 replica", one.Result);
        Write(writer, "PostgreSQL, 2 replicas", two.Result);
        writer.Write(Figure.Plain("Hangfire, empty jobs", hangfire.Rate, "jobs/s"));
        writer.Write(Figure.Plain("pgbench, the same row writes", plain.Rate, "actions/s"));
        foreach (var (name, rate) in new[] { ("1 replica", one.Result.Rate), ("2 replicas", two.Result.Rate) })
        {
            writer.Write(new Figure(
                $"ratio to Hangfire, {name}", rate / hangfire.Rate, "x", "", "> 5", rate > 5 * hangfire.Rate));
            writer.Write(new Figure($"ratio to pgbench, {name}", rate / plain.Rate, "x", "", "> 0.4", rate > 0.4 * plain.Rate));
        }

        WriteCpu(writer, "1 replica", one.Cpu);
        WriteCpu(writer, "2 replicas", two.Cpu);
        WriteCpu(writer, "Hangfire", hangfire);
        WriteCpu(writer, "pgbench", plain);
        writer.Write(Figure.Plain("transactions per action, 1 replica", one.Commits, "", "pg_stat_database"));
        writer.Write(Figure.Plain("WAL per action, 1 replica", one.WalBytes / 1024, "KiB", "pg_current_wal_lsn"));
        writer.Write(Figure.Below("rows read per action, 1 replica", one.Rows, "rows", 300, "by scans and by indexes, no statistics"));
    }

    private static void Write(FigureWriter writer, string name, LoadResult result)
    {
        writer.Write(Figure.Plain($"{name}: enqueue to end", result.Rate, "actions/s"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p50", result.MedianMs, "ms", $"{Callers} callers at once"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p99", result.P99Ms, "ms", $"{Callers} callers at once"));
    }

    private static void WriteCpu(FigureWriter writer, string name, Measured measured)
    {
        writer.Write(Figure.Plain($"CPU per action, {name}: this process", measured.HereMs, "ms"));
        writer.Write(Figure.Plain($"CPU per action, {name}: PostgreSQL", measured.ServerMs, "ms"));
    }
}
