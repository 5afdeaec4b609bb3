using Dapper;
using Npgsql;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>From connection strings to a database that may be used: migrated, and under a role that can break nothing.</summary>
internal static class PostgresOpening
{
    public static async Task<PostgresDatabase> OpenAsync(
        PostgresOptions options, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Migrations is not null)
        {
            await MigrateAsync(options, folder, cancellationToken);
        }

        var builder = PostgresConnection.Parse(options.Connection, PostgresOptions.ConnectionKey);
        builder.MaxPoolSize = options.PoolSize + PostgresOptions.Listeners;
        builder.MaxAutoPrepare = 200;
        builder.AutoPrepareMinUsages = 2;
        var source = new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
        try
        {
            await using var connection = await ConnectAsync(source, cancellationToken);
            await RefuseStrongRoleAsync(connection, cancellationToken);
            RefuseOtherSchema(PostgresMigrations.Applied(connection), MigrationScripts.In(folder));
            return new PostgresDatabase(source, options.PoolSize, time);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the database to this binary's schema; safe to call from several processes at once.</summary>
    public static async Task MigrateAsync(PostgresOptions options, string folder, CancellationToken cancellationToken)
    {
        var role = PostgresConnection.Parse(options.Connection, PostgresOptions.ConnectionKey).Username!;
        var owner = PostgresConnection.Parse(options.Migrations!, PostgresOptions.MigrationsKey);
        owner.Pooling = false;
        await using (var source = NpgsqlDataSource.Create(owner))
        await using (await ConnectAsync(source, cancellationToken))
        {
            // Only to say well what is wrong where nothing answers.
        }

        await Task.Run(() => PostgresMigrations.Apply(owner.ConnectionString, folder, role), cancellationToken);
    }

    /// <summary>One connection of the service role, without a pool.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        var builder = PostgresConnection.Parse(options.Connection, PostgresOptions.ConnectionKey);
        builder.Pooling = false;
        await using var source = NpgsqlDataSource.Create(builder);
        return await ConnectAsync(source, cancellationToken);
    }

    private static async Task<NpgsqlConnection> ConnectAsync(
        NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            var why = e is PostgresException { SqlState: var state } ? $"it answered {state}" : e.InnerException?.Message ?? e.Message;
            throw new UnionException(
                ErrorCode.Unavailable, "database_unreachable", $"The PostgreSQL database cannot be reached: {why}",
                "Check host, port, role and password in the connection string, and the CA in Root Certificate.", e);
        }
    }

    private static async Task RefuseStrongRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            select case when rolsuper or rolbypassrls then 1
                        when exists (select 1 from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p')
                                        and c.relnamespace = current_schema()::regnamespace) then 2
                        else 0 end
              from pg_roles r
             where rolname = current_user
            """;
        var found = await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(sql, cancellationToken: cancellationToken));
        if (found != 0)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "database_role_strong",
                $"The role of {PostgresOptions.ConnectionKey} "
                + (found == 1 ? "is a superuser or bypasses row-level security" : "owns tables")
                + ", so the database could not keep orgs apart.",
                $"Use a plain role there and the owner in {PostgresOptions.MigrationsKey}; docs/postgresql.md creates both.");
        }
    }

    private static void RefuseOtherSchema(IReadOnlyList<string> applied, MigrationScripts known)
    {
        known.RefuseNewer(applied);
        if (known.Missing(applied) is { Count: > 0 } missing)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "database_older",
                $"The database lacks {missing.Count} migrations that this binary needs, the first {missing[0]}.",
                $"Run 'union db migrate', or set {PostgresOptions.MigrationsKey} so that the control plane does it.");
        }
    }
}
