using Npgsql;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Storage;

namespace Union.Core.Tests.ControlPlane.Database;

/// <summary>What PostgreSQL itself refuses, whatever a statement forgets.</summary>
public sealed class RowSecurityTests
{
    /// <summary>Tables of which the installation's scope may see rows of orgs, before an org is known.</summary>
    private static readonly string[] SeenByTheInstallation = ["join_tokens", "projects"];

    [Fact]
    public async Task NoQuery_WithoutOrWithAnotherOrg_ReturnsARow()
    {
        var options = await TestDatabases.MigratedAsync();
        await FillAsync(options);
        await using var connection = await ConnectAsync(options);
        var tables = await ReadAsync(
            connection, "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schemaversions'");

        var seen = new Dictionary<string, List<string>>();
        foreach (var scope in (string?[])[null, "", "another", "*", "default"])
        {
            await using var transaction = await connection.BeginTransactionAsync(ControlPlaneFixture.Cancel);
            if (scope is not null)
            {
                await ReadAsync(connection, $"select set_config('union.org', '{scope}', true)");
            }

            seen[scope ?? "(unset)"] = [.. await NonEmptyAsync(connection, tables)];
        }

        Assert.True(tables.Count >= 12, $"only {tables.Count} tables were found");
        Assert.Empty(seen["(unset)"]);
        Assert.Empty(seen[""]);
        Assert.Empty(seen["another"]);
        Assert.Equal(SeenByTheInstallation, seen["*"]);
        // The control case: every table that the workload fills is seen by its own org.
        Assert.Equal(
            ["actions", "attempts", "audit", "cluster_prefixes", "clusters", "join_tokens", "phase_events", "projects", "run_requests", "runs", "tasks"],
            seen["default"].Intersect(
                ["actions", "attempts", "audit", "cluster_prefixes", "clusters", "join_tokens", "phase_events", "projects", "run_requests", "runs", "tasks"]).Order());
    }

    [Theory]
    [InlineData("insert into projects (org, name, state, created_at) values ('default', 'mine', 0, 0)", "42501")]
    [InlineData("alter table projects disable row level security", "42501")]
    [InlineData("create table stray (a int)", "42501")]
    [InlineData("truncate audit", "42501")]
    [InlineData("delete from schemaversions", "42501")]
    public async Task ServiceRole_BeyondItsOrg_IsRefused(string statement, string state)
    {
        var options = await TestDatabases.MigratedAsync();
        await using var connection = await ConnectAsync(options);
        await using var transaction = await connection.BeginTransactionAsync(ControlPlaneFixture.Cancel);
        await ReadAsync(connection, "select set_config('union.org', 'another', true)");

        var thrown = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(connection, statement));

        Assert.Equal(state, thrown.SqlState);
    }

    [Fact]
    public async Task UpdateAndDelete_FromAnotherOrg_ChangeNothing()
    {
        var options = await TestDatabases.MigratedAsync();
        await FillAsync(options);
        await using var connection = await ConnectAsync(options);
        await using var transaction = await connection.BeginTransactionAsync(ControlPlaneFixture.Cancel);
        await ReadAsync(connection, "select set_config('union.org', 'another', true)");

        Assert.Empty(await ReadAsync(connection, "update projects set state = 1 returning name"));
        Assert.Empty(await ReadAsync(connection, "delete from audit returning action"));
    }

    private static async Task FillAsync(PostgresOptions options)
    {
        await using var plane = await ControlPlaneFixture.CreateAsync(options);
        await plane.PrepareAsync();
        await plane.AsUserAsync(new CreateJoinToken("east", null));
        await plane.CreateRunAsync("r", requestId: "abc");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
    }

    private static async Task<NpgsqlConnection> ConnectAsync(PostgresOptions options)
    {
        var connection = new NpgsqlConnection(options.Connection.Reveal() + ";Pooling=false");
        await connection.OpenAsync(ControlPlaneFixture.Cancel);
        return connection;
    }

    private static async Task<IReadOnlyList<string>> NonEmptyAsync(NpgsqlConnection connection, IReadOnlyList<string> tables)
    {
        var found = new List<string>();
        foreach (var table in tables.Order())
        {
            if ((await ReadAsync(connection, $"select count(*)::text from {table}"))[0] != "0")
            {
                found.Add(table);
            }
        }

        return found;
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of this class alone.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(ControlPlaneFixture.Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(ControlPlaneFixture.Cancel))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
