using Microsoft.Data.Sqlite;

namespace Union.Benchmarks.Api;

/// <summary>Copies of one run and its root, written into a control plane's database while it is down.</summary>
internal static class StoredRuns
{
    /// <param name="runs">Of which each has <paramref name="actions"/> actions.</param>
    public static void Copy(string database, int runs, int actions)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        Execute(connection, "pragma synchronous = off");
        Execute(connection, $"""
            create temp table copies as
            with recursive n(i) as (select 1 union all select i + 1 from n where i < {runs}) select i from n;
            create temp table children as
            with recursive n(i) as (select 0 union all select i + 1 from n where i < {actions - 1}) select i from n;
            """);
        Execute(connection, $"begin; {CopyRuns(connection)} {CopyActions(connection)} commit;");
        Execute(connection, "analyze; pragma wal_checkpoint(truncate)");
    }

    // Older than the real one, a second apart, so that paging goes through all of them.
    private static string CopyRuns(SqliteConnection connection) => Insert(
        connection, "runs", "from runs r, copies c where r.id = (select min(id) from runs)",
        new() { ["id"] = "r.id + 1000000 + c.i", ["name"] = "'copy-' || c.i", ["created_at"] = "r.created_at - c.i * 1000000" }, "r");

    private static string CopyActions(SqliteConnection connection) => Insert(
        connection, "actions",
        "from actions a, copies c, children k where a.id = (select min(id) from actions) order by c.i, k.i",
        new()
        {
            ["id"] = $"a.id + 10000000 + c.i * 1000 + k.i",
            ["run_id"] = "a.run_id + 1000000 + c.i",
            ["name"] = "case k.i when 0 then 'a0' else 'c' || k.i end",
            ["parent_id"] = "case k.i when 0 then null else a.id + 10000000 + c.i * 1000 end",
            ["created_at"] = "a.created_at - c.i * 1000000",
        },
        "a");

    private static string Insert(
        SqliteConnection connection, string table, string from, Dictionary<string, string> changed, string row)
    {
        var columns = Columns(connection, table);
        var values = columns.Select(c => changed.GetValueOrDefault(c) ?? $"{row}.{c}");
        return $"insert into {table} ({string.Join(", ", columns)}) select {string.Join(", ", values)} {from};";
    }

    private static List<string> Columns(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select name from pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Built from names of columns and numbers of the benchmark itself.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = 600;
        command.ExecuteNonQuery();
    }
}
