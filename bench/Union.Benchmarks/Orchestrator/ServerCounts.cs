using Npgsql;

namespace Union.Benchmarks.Orchestrator;

/// <summary>What a database has done so far, as its server counts it: it does not depend on how loaded the machine is.</summary>
/// <param name="Rows">Read by scans and by indexes.</param>
internal sealed record ServerCounts(long Commits, long WalBytes, long Rows)
{
    // A server process adds its counts when it ends or is idle for a while; those of the load have a moment for that.
    private const string Sql = """
        select pg_sleep(1.5), pg_stat_get_db_xact_commit(oid),
               pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint,
               (select (coalesce(sum(seq_tup_read), 0))::bigint from pg_stat_user_tables)
               + (select (coalesce(sum(idx_tup_read), 0))::bigint from pg_stat_user_indexes)
          from pg_database
         where datname = current_database()
        """;

    public static async Task<ServerCounts> ReadAsync(string owner)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new ServerCounts(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    public ServerCounts Since(ServerCounts before) =>
        new(Commits - before.Commits, WalBytes - before.WalBytes, Rows - before.Rows);
}
