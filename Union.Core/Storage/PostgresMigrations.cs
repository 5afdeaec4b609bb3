using Dapper;
using DbUp;
using Npgsql;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>
/// Brings a database to the schema of this binary, forward only and under the role that owns it. Several processes may
/// try at once: an advisory lock lets one in, and the others find the work done.
/// </summary>
internal static class PostgresMigrations
{
    private const long Lock = 0x756e_696f_6e5f_6462; // "union_db": any number that no other program locks

    /// <param name="serviceRole">Gets to read and write rows, and nothing else.</param>
    public static void Apply(string connectionString, string folder, string serviceRole)
    {
        var scripts = MigrationScripts.In(folder);
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
        const string lockSql = "select pg_advisory_lock(@Lock)";
        connection.Execute(lockSql, new { Lock }, commandTimeout: 300);
        try
        {
            scripts.RefuseNewer(Applied(connection));
            MigrationScripts.ThrowIfFailed(DeployChanges.To.PostgresqlDatabase(connectionString)
                .WithScripts(scripts.All)
                .WithTransaction()
                .LogToNowhere()
                .Build()
                .PerformUpgrade());
            Secure(connection);
            Grant(connection, serviceRole);
        }
        finally
        {
            const string unlockSql = "select pg_advisory_unlock(@Lock)";
            connection.Execute(unlockSql, new { Lock });
        }
    }

    /// <summary>The scripts that a database has seen, in their order.</summary>
    public static IReadOnlyList<string> Applied(NpgsqlConnection connection)
    {
        const string tableSql = "select count(*) from pg_class where oid = to_regclass('schemaversions')";
        const string namesSql = "select scriptname from schemaversions order by scriptname collate \"C\"";
        return connection.ExecuteScalar<long>(tableSql) == 0 ? [] : connection.Query<string>(namesSql).AsList();
    }

    // Deny by default: a table without a policy shows nothing, and a table without an org column cannot be made at all.
    private static void Secure(NpgsqlConnection connection)
    {
        const string sql = """
            select string_agg(format(
                       'alter table %1$I enable row level security;'
                       'create policy %2$I on %1$I using (org = current_setting(''union.org'', true))',
                       c.relname, c.relname || '_org'), ';')
              from pg_class c
             where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
               and c.relname <> 'schemaversions'
               and not exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = c.relname || '_org')
            """;
        if (connection.ExecuteScalar<string>(sql) is { } statements)
        {
            connection.Execute(statements);
        }
    }

    private static void Grant(NpgsqlConnection connection, string serviceRole)
    {
        // Names cannot be parameters of a grant; format() quotes this one as an identifier.
        const string sql = """
            select string_agg(format(statement, quote_ident(@serviceRole), quote_ident(current_schema())), ';')
              from (values ('grant usage on schema %2$s to %1$s'),
                           ('grant select, insert, update, delete on all tables in schema %2$s to %1$s'),
                           ('grant usage, select on all sequences in schema %2$s to %1$s'),
                           ('revoke insert, update, delete on schemaversions from %1$s')) as t (statement)
            """;
        try
        {
            var statements = connection.ExecuteScalar<string>(sql, new { serviceRole })!;
            connection.Execute(statements);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "database_role_missing",
                $"The database has no role '{serviceRole}', under which controlPlane.database.connection would work.",
                "docs/postgresql.md has the statements that create both roles.", e);
        }
    }
}
