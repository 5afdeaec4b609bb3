using System.Globalization;
using Dapper;
using Npgsql;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.Tests.ControlPlane.Database;

/// <summary>
/// A PostgreSQL that has never gathered statistics, as a new installation has in its first minutes: all rows share their
/// org, plans are made while the tables are empty, and still an action reads its own rows and not everybody's.
/// </summary>
[Collection(nameof(Alone))]
public sealed class RowsReadTests
{
    private const int Children = 400;
    private const int AtOnce = 20;

    /// <summary>So many that a planner which guesses finds sorting some of them cheaper than going by their order.</summary>
    private const int More = 10_000;

    /// <summary>A statement that reads a table of this size for each action would by itself read half of it on average.</summary>
    private const int MostRows = Children / 4;

    [Fact]
    public async Task AnAction_WithoutStatistics_ReadsItsOwnRows()
    {
        var options = await WithoutStatisticsAsync();
        await using (var plane = await ControlPlaneFixture.CreateAsync(options))
        {
            await plane.PrepareAsync();
            await RunAsync(plane);
        }

        var read = await ReadRowsAsync(options.Migrations!.Reveal() + ";Pooling=false");

        Assert.All(read, table => Assert.True(
            table.Rows < MostRows * Children,
            $"{table.Rows / Children} rows of {table.Name} were read for each action: {table.ByIndex}"));
    }

    [Fact]
    public async Task APageOfALargeRun_WithoutStatistics_ReadsItsOwnRows()
    {
        const int page = 20;
        var options = await WithoutStatisticsAsync();
        var owner = options.Migrations!.Reveal() + ";Pooling=false";
        await using (var plane = await ControlPlaneFixture.CreateAsync(options))
        {
            await plane.PrepareAsync();
            await plane.CreateRunAsync("r");
        }

        await AddActionsAsync(options, More);
        var before = (await ReadRowsAsync(owner)).Single(t => t.Name == "actions");
        await using (var plane = await ControlPlaneFixture.CreateAsync(options))
        {
            var first = ListQuery.First(page);
            foreach (var query in new[] { first, first with { NewestFirst = !first.NewestFirst } })
            {
                Assert.Equal(page, (await plane.AsUserAsync(new ListActions("default", "development", "r", query))).Rows.Count);
            }
        }

        var after = (await ReadRowsAsync(owner)).Single(t => t.Name == "actions");
        Assert.True(
            after.Rows - before.Rows < More / 4,
            $"{after.Rows - before.Rows} rows were read for two pages: {before.ByIndex} -> {after.ByIndex}");
    }

    private static async Task<PostgresOptions> WithoutStatisticsAsync()
    {
        var server = await TestDatabases.PostgresAsync();
        var options = await TestDatabases.MigratedAsync();
        await server.ExecuteAsync(new NpgsqlConnectionStringBuilder(options.Connection.Reveal()).Database!, """
            do $$ declare t text; begin
                for t in select tablename from pg_tables where schemaname = 'public' loop
                    execute format('alter table %I set (autovacuum_enabled = false)', t);
                end loop;
            end $$
            """);
        return options;
    }

    // As copies of one: only their number matters.
    private static async Task AddActionsAsync(PostgresOptions options, int count)
    {
        var server = await TestDatabases.PostgresAsync();
        await server.ExecuteAsync(
            new NpgsqlConnectionStringBuilder(options.Connection.Reveal()).Database!,
            string.Create(CultureInfo.InvariantCulture, $"""
                do $$ declare c text; begin
                    select string_agg(column_name, ', ') into c from information_schema.columns
                     where table_name = 'actions' and column_name not in ('id', 'name', 'change');
                    execute format('insert into actions (%s, name, change) select %s, ''x'' || n, 10000 + n
                                      from actions, generate_series(1, {count}) n
                                     where run_id = (select id from runs where name = ''r'')', c, c);
                end $$
                """));
    }

    private static async Task RunAsync(ControlPlaneFixture plane)
    {
        await plane.CreateRunAsync("r");
        var parent = (await plane.LeaseOneAsync()).Key;
        await plane.ReportAsync(plane.Event(1, parent, ActionPhase.Running));
        var sequence = 1L;
        for (var from = 0; from < Children; from += AtOnce)
        {
            for (var i = from; i < from + AtOnce; i++)
            {
                await plane.AsClusterAsync(new EnqueueChild(
                    parent, string.Create(CultureInfo.InvariantCulture, $"c{i}"), "", ControlPlaneFixture.NewTask(), ""));
            }

            var work = await plane.LeaseAsync(AtOnce);
            Assert.Equal(AtOnce, work.Assignments.Count);
            await plane.ReportAsync([.. work.Assignments.SelectMany(a => new[]
            {
                plane.Event(++sequence, a.Key, ActionPhase.Running), plane.Event(++sequence, a.Key, ActionPhase.Succeeded),
            })]);
        }

        await plane.ReportAsync(plane.Event(++sequence, parent, ActionPhase.Succeeded));
    }

    // A server process adds what it read when it ends; this one waits for those of the pool.
    private static async Task<IReadOnlyList<TableReads>> ReadRowsAsync(string owner)
    {
        const string othersSql = """
            select count(*) from pg_stat_activity, pg_sleep(0.02) where datname = current_database() and pid <> pg_backend_pid()
            """;
        const string readSql = """
            select t.relname as Name, (max(t.seq_tup_read) + sum(i.idx_tup_read))::bigint as Rows,
                   string_agg(i.indexrelname || ' ' || i.idx_tup_read, ', ') || ', scans ' || max(t.seq_tup_read) as ByIndex
              from pg_stat_user_tables t
              join pg_stat_user_indexes i on i.relid = t.relid
             group by t.relname
            """;
        await using var connection = new NpgsqlConnection(owner);
        while (await connection.ExecuteScalarAsync<long>(othersSql) > 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        return (await connection.QueryAsync<TableReads>(readSql)).AsList();
    }

    private sealed record TableReads(string Name, long Rows, string ByIndex);

    /// <summary>
    /// Nobody else's transactions on the server: while one is open, what was deleted before it ended stays in the way of
    /// an index scan, and would be counted as read.
    /// </summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
