using Union.Core.Storage;

namespace Union.Core.ControlPlane.Database;

/// <summary>For operators: which schema a metadata store has, bringing it to this binary's, and a copy of it.</summary>
public static class MetadataSchema
{
    /// <summary>The newest migration that this binary knows; both engines have the same.</summary>
    public static string Newest => MigrationScripts.In(MetadataDatabase.PostgresMigrations).Newest;

    /// <summary>The migrations of this binary that a database still needs.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyCollection<string> applied) =>
        MigrationScripts.In(MetadataDatabase.PostgresMigrations).Missing(applied);

    /// <summary>The migrations that a SQLite file has seen.</summary>
    public static IReadOnlyList<string> Of(string path) =>
        File.Exists(path) ? SqliteMigrations.Applied(SqliteBackup.ReadOnly(path)) : [];

    public static async Task<IReadOnlyList<string>> OfAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await PostgresOpening.ConnectAsync(options, cancellationToken);
        return PostgresMigrations.Applied(connection);
    }

    /// <summary>How much retention has forgotten so far; null where the schema is too old to know.</summary>
    public static Task<ForgottenRows?> ForgottenAsync(string path) =>
        File.Exists(path) ? ForgottenRows.ReadAsync(SqliteBackup.ReadOnly(path)) : Task.FromResult<ForgottenRows?>(null);

    public static async Task<ForgottenRows?> ForgottenAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await PostgresOpening.ConnectAsync(options, cancellationToken);
        return await ForgottenRows.ReadAsync(connection, cancellationToken);
    }

    public static Task MigrateAsync(PostgresOptions options, CancellationToken cancellationToken) =>
        PostgresOpening.MigrateAsync(options, MetadataDatabase.PostgresMigrations, cancellationToken);

    public static void Migrate(string path) => SqliteMigrations.Apply(SqliteBackup.Writable(path), MetadataDatabase.SqliteMigrations);

    /// <summary>Copies a SQLite file, which may be in use, as it is at one moment.</summary>
    public static void Backup(string path, string target) => SqliteBackup.Copy(path, target);
}
