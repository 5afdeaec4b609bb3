using Npgsql;
using Union.Core.ControlPlane.Database;
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

    public static async Task<int> RunAsync(FigureWriter writer)
    {
        await using var server = new PostgresServer(durable: true);
        await server.InitializeAsync();
        if (server.Absent is { } why)
        {
            Console.Error.WriteLine($"skipped PostgreSQL: {why}");
        }
        else
        {
            await OnPostgresAsync(writer, server);
        }

        using var folder = new TemporaryFolder();
        await using var file = MetadataDatabase.Open(folder["control.db"]);
        Write(writer, "SQLite", await OrchestratorLoad.RunAsync([file], Actions, Callers));
        return 0;
    }

    private static async Task OnPostgresAsync(FigureWriter writer, PostgresServer server)
    {
        var options = (await server.CreateDatabaseAsync()) with { PoolSize = 50 };
        await MetadataSchema.MigrateAsync(options, CancellationToken.None);
        await using var first = await MetadataDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        await using var second = await MetadataDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);

        var one = await OrchestratorLoad.RunAsync([first], Actions, Callers);
        await AnalyzeAsync(server, options.Migrations!.Reveal());
        var scannedBefore = await ScannedAsync(options.Migrations.Reveal());
        var two = await OrchestratorLoad.RunAsync([first, second], Actions, Callers);
        var scanned = await ScannedAsync(options.Migrations.Reveal()) - scannedBefore;

        var plain = await PgbenchLoad.RunAsync(options.Migrations.Reveal(), server.RootCertificate, 16, 8);
        var hangfireDatabase = await server.CreateDatabaseAsync();
        var hangfire = await HangfireLoad.RunAsync(hangfireDatabase.Migrations!.Reveal(), 1500, 16);

        Write(writer, "PostgreSQL, 1 replica", one);
        Write(writer, "PostgreSQL, 2 replicas", two);
        var best = Math.Max(one.Rate, two.Rate);
        writer.Write(Figure.Plain("Hangfire, empty jobs", hangfire, "jobs/s"));
        writer.Write(Figure.Plain("pgbench, the same row writes", plain, "actions/s"));
        writer.Write(new Figure("ratio to Hangfire", best / hangfire, "x", "best of 1 and 2 replicas", "> 5", best > 5 * hangfire));
        writer.Write(new Figure("ratio to pgbench", best / plain, "x", "best of 1 and 2 replicas", "> 0.4", best > 0.4 * plain));
        writer.Write(Figure.Below(
            "rows read by scans of a large table, per action", scanned / (double)Actions, "rows", 1, "pg_stat_user_tables"));
    }

    private static void Write(FigureWriter writer, string name, LoadResult result)
    {
        writer.Write(Figure.Plain($"{name}: enqueue to end", result.Rate, "actions/s"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p50", result.MedianMs, "ms", $"{Callers} callers at once"));
        writer.Write(Figure.Plain($"{name}: enqueue to lease, p99", result.P99Ms, "ms", $"{Callers} callers at once"));
    }

    private static Task AnalyzeAsync(PostgresServer server, string owner) =>
        server.ExecuteAsync(new NpgsqlConnectionStringBuilder(owner).Database!, "vacuum analyze");

    private static async Task<long> ScannedAsync(string owner)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select coalesce(sum(seq_tup_read), 0)::bigint
              from pg_stat_user_tables where relname in ('actions', 'attempts', 'phase_events')
            """,
            connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
