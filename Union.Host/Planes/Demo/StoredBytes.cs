using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Union.Host.Planes.Demo;

/// <summary>Rows and bytes of values in one table.</summary>
internal sealed record StoredTable(string Name, long Rows, long Bytes);

/// <summary>What lies in the control plane's folders, looked at from outside like a thief of its disk would.</summary>
internal sealed class StoredBytes(IReadOnlyList<string> folders, string database)
{
    /// <summary>The tables that hold anything, and how much of values.</summary>
    public IReadOnlyList<StoredTable> Tables()
    {
        using var connection = Open();
        const string tablesSql = """
            select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name
            """;
        return [.. connection.Query<string>(tablesSql).Select(t => Measure(connection, t)).Where(t => t.Rows > 0)];
    }

    /// <summary>The places whose canaries were found, in any file or any stored value: empty when the promise holds.</summary>
    public IReadOnlyList<string> Find(Canaries canaries)
    {
        var windows = canaries.Windows.Select(w => (w.Place, Bytes: Encoding.ASCII.GetBytes(w.Window))).ToList();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var content in Files().Concat(Values()))
        {
            foreach (var (place, bytes) in windows)
            {
                if (content.AsSpan().IndexOf(bytes) >= 0)
                {
                    found.Add(place);
                }
            }
        }

        return [.. found];
    }

    private IEnumerable<byte[]> Files() => folders.Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        // An empty file holds nothing, and the lock of a running plane cannot be opened.
        .Where(path => new FileInfo(path).Length > 0)
        .Select(ReadShared);

    // Through SQL too: what a database keeps is not always what its file shows.
    private IEnumerable<byte[]> Values()
    {
        using var connection = Open();
        foreach (var table in Tables())
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Table names come from the schema of this program's own database.
            command.CommandText = $"select * from \"{table.Name}\"";
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    yield return reader.GetValue(i) is byte[] blob
                        ? blob
                        : Encoding.UTF8.GetBytes(Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "");
                }
            }
        }
    }

    private static StoredTable Measure(SqliteConnection connection, string table)
    {
        var columns = connection.Query<string>("select name from pragma_table_info(@table)", new { table });
        var sum = string.Join(" + ", columns.Select(c => $"coalesce(length(cast(\"{c}\" as blob)), 0)"));
        var (rows, bytes) = connection.QuerySingle<(long, long)>(
            $"select count(*), coalesce(sum({sum}), 0) from \"{table}\"");
        return new StoredTable(table, rows, bytes);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = database,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }
}
