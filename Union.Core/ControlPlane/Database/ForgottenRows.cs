using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Union.Core.ControlPlane.Database;

/// <summary>What retention has forgotten since the installation began, over all orgs.</summary>
/// <param name="SweptAt">When it was last looked, in microseconds since 1970; 0 for never.</param>
public sealed record ForgottenRows(long Runs, long Actions, long Audit, long Others, long SweptAt)
{
    private const string SumSql = """
        select cast(coalesce(sum(runs), 0) as bigint) as Runs, cast(coalesce(sum(actions), 0) as bigint) as Actions,
               cast(coalesce(sum(audit), 0) as bigint) as Audit, cast(coalesce(sum(others), 0) as bigint) as Others,
               cast(coalesce(max(swept_at), 0) as bigint) as SweptAt
          from sweeps
         where org <> ''
        """;

    internal static async Task<ForgottenRows?> ReadAsync(string sqlite)
    {
        await using var connection = new SqliteConnection(sqlite);
        await connection.OpenAsync();
        const string sql = "select count(*) from sqlite_master where name = 'sweeps' /* of every org */";
        return await connection.ExecuteScalarAsync<long>(sql) == 0 ? null : await connection.QuerySingleAsync<ForgottenRows>(SumSql);
    }

    internal static async Task<ForgottenRows?> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        const string sql = "select count(*) from pg_class where oid = to_regclass('sweeps') /* of every org */";
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, cancellationToken: cancellationToken)) == 0)
        {
            return null;
        }

        const string scopeSql = "select set_config('union.org', '*', false)";
        await connection.ExecuteAsync(new CommandDefinition(scopeSql, cancellationToken: cancellationToken));
        return await connection.QuerySingleAsync<ForgottenRows>(new CommandDefinition(SumSql, cancellationToken: cancellationToken));
    }
}
