using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Union.Core.Storage;

/// <summary>
/// The one place where the text of a statement differs between the engines. Row locks stand in it as a comment,
/// <c>/*postgres for update skip locked */</c>: SQLite needs none, for its writer is alone, and PostgreSQL gets to see
/// what is inside. A list is written <c>in @list</c>, which Dapper spells out for SQLite, and is an array for PostgreSQL,
/// so that every length is the same prepared statement.
/// </summary>
internal abstract partial class SqlDialect
{
    public static SqlDialect Sqlite { get; } = new SqliteDialect();

    public static SqlDialect Postgres { get; } = new PostgresDialect();

    public abstract string Text(string sql);

    private sealed class SqliteDialect : SqlDialect
    {
        public override string Text(string sql) => sql;
    }

    private sealed class PostgresDialect : SqlDialect
    {
        private const string Open = "/*postgres ";

        // Statements are constants, so there are as many entries as statements in the program.
        private readonly ConcurrentDictionary<string, string> _texts = new(ReferenceEqualityComparer.Instance);

        public override string Text(string sql) => _texts.GetOrAdd(sql, Uncover);

        private static string Uncover(string sql)
        {
            for (var start = sql.IndexOf(Open, StringComparison.Ordinal); start >= 0;
                start = sql.IndexOf(Open, StringComparison.Ordinal))
            {
                var end = sql.IndexOf("*/", start, StringComparison.Ordinal);
                sql = string.Concat(sql.AsSpan(0, start), sql.AsSpan(start + Open.Length, end - start - Open.Length),
                    sql.AsSpan(end + 2));
            }

            return ListPattern().Replace(sql, " = any(@$1)");
        }
    }

    [GeneratedRegex(@" in @(\w+)")]
    private static partial Regex ListPattern();
}
