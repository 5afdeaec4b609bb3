using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Testing;
using Union.Testing.Servers;

namespace Union.Benchmarks.Orchestrator;

/// <summary>
/// From enqueue to a recorded end with tasks that do nothing, on a PostgreSQL whose durability is on, beside Hangfire and
/// pgbench on the same server in the same minute; and on SQLite.
/// </summary>
internal static class OrchestratorBench
{
    private const int Actions = 2000;
    private const int Callers = 16;

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
        Write(writer, "SQLite", await OrchestratorLoad.RunAsync([file], Actions, Callers));
        return 0;
    }

    // Each on a database of its own that nobody has analyzed: a new installation is not slow in its first minutes.
    private static async Task OnPostgresAsync(FigureWriter writer, PostgresServer server)
    {
        var (one, first) = await OnFreshAsync(server, replicas: 1);
        var (two, _) = await OnFreshAsync(server, replicas: 2);
        var plain = await PgbenchLoad.RunAsync(first.Migrations!.Reveal(), server.RootCertificate, 16, 8);
        var hangfireDatabase = await server.CreateDatabaseAsync();
        var hangfire = await HangfireLoad.RunAsync(hangfireDatabase.Migrations!.Reveal(), 1500, 16);

        Write(writer, "PostgreSQL, 1 replica", one.Load);
        Write(writer, "PostgreSQL, 2 replicas", two.Load);
        writer.Write(Figure.Plain("Hangfire, empty jobs", hangfire, "jobs/s"));
        writer.Write(Figure.Plain("pgbench, the same row writes", plain, "actions/s"));
        foreach (var (name, rate) in new[] { ("1 replica", one.Load.Rate), ("2 replicas", two.Load.Rate) })
        {
            writer.Write(new Figure($"ratio to Hangfire, {name}", rate / hangfire, "x", "", "> 5", rate > 5 * hangfire));
            writer.Write(new Figure($"ratio to pgbench, {name}", rate / plain, "x", "", "> 0.4", rate > 0.4 * plain));
        }

        writer.Write(Figure.Plain("transactions per action, 1 replica", one.Commits, "", "pg_stat_database"));
        writer.Write(Figure.Plain("WAL per action, 1 replica", one.WalBytes / 1024, "KiB", "pg_current_wal_lsn"));
        writer.Write(Figure.Below(
            "rows read per action, 1 replica", one.Rows, "rows", 300, "by scans and by indexes, no statistics"));
    }

    private static async Task<(Costs Costs, PostgresOptions Options)> OnFreshAsync(PostgresServer server, int replicas)
    {
        var options = (await server.CreateDatabaseAsync()) with { PoolSize = 50 };
        await MetadataSchema.MigrateAsync(options, CancellationToken.None);
        var owner = options.Migrations!.Reveal();
        var before = await ServerCounts.ReadAsync(owner);
        var databases = new List<MetadataDatabase>();
        try
        {
            for (var i = 0; i < replicas; i++)
            {
                databases.Add(await MetadataDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None));
            }

            var load = await OrchestratorLoad.RunAsync(databases, Actions, Callers);
            await Task.WhenAll(databases.Select(d => d.DisposeAsync().AsTask()));
            var used = (await ServerCounts.ReadAsync(owner)).Since(before);
            var actions = (double)(Actions + OrchestratorLoad.WarmUp);
            return (new Costs(load, used.Commits / actions, used.WalBytes / actions, used.Rows / actions), options);
        }
        finally
        {
            await Task.WhenAll(databases.Select(d => d.DisposeAsync().AsTask()));
        }
    }

    private static void Write(FigureWriter writer, string name, LoadResult result)
    {
        writer.Write(Figure.Plain($"{name}: enqueue to end", result.Rate, "actions/s"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p50", result.MedianMs, "ms", $"{Callers} callers at once"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p99", result.P99Ms, "ms", $"{Callers} callers at once"));
    }

    private sealed record Costs(LoadResult Load, double Commits, double WalBytes, double Rows);
}
