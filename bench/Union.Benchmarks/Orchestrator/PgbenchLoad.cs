using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Union.Benchmarks.Orchestrator;

/// <summary>
/// The rows that one action writes, as plain SQL by pgbench: three transactions (enqueue, lease, report), copied from rows
/// that a run has left, with neither an orchestrator nor a client library between them and the server.
/// </summary>
internal static class PgbenchLoad
{
    private const string Script = """
        \set a random(1, 16)
        begin;
        update runs set change = change + 1 where id = (select run_id from bench_template where n = :a);
        insert into actions (COLUMNS, run_id, name, change)
        select COLUMNS, run_id, 'p' || gen_random_uuid(), 1 from actions where id = (select action_id from bench_template where n = :a)
        returning id as aid \gset
        insert into phase_events (org, action_id, seq, attempt, phase, at, recorded_at) values ('default', :aid, 1, 1, 1, 0, 0);
        commit;
        begin;
        update actions set queue_state = 2, fence = fence + 1, assigned_till = 1 where id = :aid;
        insert into attempts (uid, org, action_id, cluster_id, attempt, fence, phase, assigned_at, output_uri, report_uri, error_code, error_kind, error_private)
        select gen_random_uuid(), 'default', :aid, cluster_id, 1, 1, 1, 0, '', '', '', 0, '' from actions where id = :aid;
        commit;
        begin;
        update runs set change = change + 1 where id = (select run_id from bench_template where n = :a);
        update actions set phase = 5, queue_state = 0, change = 2, started_at = 1, ended_at = 1, output_uri = 'file:///data/x' where id = :aid;
        update attempts set phase = 5, ended_at = 1, started_at = 1, confirmed_at = 1, output_uri = 'file:///data/x' where org = 'default' and action_id = :aid and fence = 1;
        insert into phase_events (org, action_id, seq, attempt, phase, at, recorded_at) values ('default', :aid, 2, 1, 4, 0, 0), ('default', :aid, 3, 1, 5, 0, 0);
        commit;

        """;

    /// <param name="owner">A connection of the role that owns the tables, which the load has filled.</param>
    public static async Task<double> RunAsync(string owner, string rootCertificate, int clients, int seconds)
    {
        var builder = new NpgsqlConnectionStringBuilder(owner);
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        var columns = await ScalarAsync(connection, """
            select string_agg(column_name, ', ' order by ordinal_position)
              from information_schema.columns
             where table_name = 'actions' and column_name not in ('id', 'run_id', 'name', 'change')
            """);
        await ScalarAsync(connection, """
            create table bench_template as
            select row_number() over (order by run_id) as n, min(id) as action_id, run_id
              from actions where parent_id is not null group by run_id order by run_id limit 16
            """);
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, Script.Replace("COLUMNS", columns, StringComparison.Ordinal));
        var start = new ProcessStartInfo("pgbench",
        [
            "-n", "-M", "prepared", "-f", script, "-c", clients.ToString(CultureInfo.InvariantCulture), "-j", "2", "-T",
            seconds.ToString(CultureInfo.InvariantCulture), "-h", builder.Host!, "-p",
            builder.Port.ToString(CultureInfo.InvariantCulture), "-U", builder.Username!, builder.Database!,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGSSLMODE"] = "verify-full";
        start.Environment["PGSSLROOTCERT"] = rootCertificate;
        using var pgbench = Process.Start(start)!;
        var errors = pgbench.StandardError.ReadToEndAsync();
        var output = await pgbench.StandardOutput.ReadToEndAsync();
        await pgbench.WaitForExitAsync();
        File.Delete(script);
        // The control plane refuses a schema that has what it did not put there.
        await ScalarAsync(connection, "drop table bench_template");
        var tps = output.Split('\n').FirstOrDefault(l => l.StartsWith("tps = ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"pgbench said: {output}{await errors}");
        return double.Parse(tps.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync())?.ToString() ?? "";
    }
}
