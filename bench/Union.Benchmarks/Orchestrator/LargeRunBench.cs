using System.Globalization;
using System.Text;
using Npgsql;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Testing.Orchestration;
using Union.Testing.Servers;

namespace Union.Benchmarks.Orchestrator;

/// <summary>
/// One run with very many actions on a database that was empty when it began: memory of the control plane, time of an
/// action at the beginning and at the end, and the plan of every statement at the end, when the tables are full.
/// </summary>
internal static class LargeRunBench
{
    /// <summary>A node that reads more than this for one statement reads a table, whatever it is called.</summary>
    private const long Scan = 2000;

    private const int Callers = 16;
    private const int Explained = 200;
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(15);

    public static async Task RunAsync(FigureWriter writer, PostgresServer server, int actions)
    {
        var options = (await server.CreateDatabaseAsync()) with { PoolSize = 50 };
        await MetadataSchema.MigrateAsync(options, CancellationToken.None);
        await using var database = await MetadataDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        await using var replica = new Replica(database);
        await replica.StartAsync();
        var identity = await replica.EnrollAsync("large");
        using var cluster = new NoopCluster([replica], identity, keepsLeases: false);
        using var stop = new CancellationTokenSource();
        var running = cluster.RunAsync(stop.Token);
        var run = new LargeRun(replica, cluster, identity, Callers);

        var result = await run.RunAsync(actions, AtMost);
        var plans = await ExplainAsync(server, options.Connection.Reveal(), replica, run);
        await stop.CancelAsync();
        await running;

        writer.Write(Figure.AtLeast("one run: actions done", result.Actions, "actions", actions, "in at most 15 minutes"));
        writer.Write(Figure.Plain("one run: first tenth", result.FirstRate, "actions/s"));
        writer.Write(Figure.AtLeast(
            "one run: last tenth to first tenth", result.LastRate / result.FirstRate, "x", 0.7, "does not slow down"));
        writer.Write(Figure.Below(
            "one run: live heap per action", result.HeapPerAction, "bytes", 50,
            string.Create(CultureInfo.InvariantCulture, $"{result.HeapBefore >> 10} to {result.HeapAfter >> 10} KiB")));
        var scans = plans.Count(p => p.MostRead > Scan);
        var file = Path.Combine(Path.GetTempPath(), "union-orchestrator-statements.txt");
        await File.WriteAllTextAsync(file, Text(plans));
        writer.Write(new Figure("one run: statements explained", plans.Count, "", file, "", null));
        writer.Write(new Figure("one run: statements that scan", scans, "", "more than 2000 rows in a node", "= 0", scans == 0));
    }

    // In the sessions that the run has used from its beginning, with the plans that they keep.
    private static async Task<IReadOnlyList<StatementPlan>> ExplainAsync(
        PostgresServer server, string connection, Replica replica, LargeRun run)
    {
        var database = new NpgsqlConnectionStringBuilder(connection).Database!;
        var from = new FileInfo(server.Log).Length;
        await server.ExecuteAsync(database, "alter system set auto_explain.log_min_duration = 0");
        await server.ExecuteAsync(database, "select pg_reload_conf()");
        await run.TenthAsync(Explained);
        var name = (await replica.AsUserAsync(new ListRuns(new RunScope("default", "development"), ListQuery.First(50)))).Rows[0].Run;
        await replica.AsUserAsync(new ListActions("default", "development", name, ListQuery.First(50)));
        await replica.AsUserAsync(new GetAction("default", "development", name, "a0"));
        await server.ExecuteAsync(database, "alter system reset auto_explain.log_min_duration");
        await server.ExecuteAsync(database, "select pg_reload_conf()");
        return StatementPlans.Read(server.Log, from);
    }

    private static string Text(IReadOnlyList<StatementPlan> plans)
    {
        var text = new StringBuilder();
        foreach (var plan in plans)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"== ran {plan.Calls} times, most rows read by one node: {plan.MostRead}")
                .AppendLine(plan.Text).AppendLine(plan.Plan);
        }

        return text.ToString();
    }
}
