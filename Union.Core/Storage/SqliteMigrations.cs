using Dapper;
using DbUp;
using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>Brings a file to the schema of this binary, forward only.</summary>
internal static class SqliteMigrations
{
    public static void Apply(string connectionString, string folder)
    {
        var scripts = MigrationScripts.In(folder);
        var applied = Applied(connectionString);
        scripts.RefuseNewer(applied);
        if (scripts.Missing(applied).Count == 0)
        {
            // The usual start, which need not load the migrator.
            return;
        }

        MigrationScripts.ThrowIfFailed(DeployChanges.To.SqliteDatabase(connectionString)
            .WithScripts(scripts.All)
            .WithTransaction()
            .LogToNowhere()
            .Build()
            .PerformUpgrade());
    }

    /// <summary>The scripts that a file has seen, in their order.</summary>
    public static IReadOnlyList<string> Applied(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        const string tableSql = "select count(*) from sqlite_master where name = 'SchemaVersions'";
        const string namesSql = "select ScriptName from SchemaVersions order by ScriptName";
        return connection.ExecuteScalar<long>(tableSql) == 0 ? [] : connection.Query<string>(namesSql).AsList();
    }
}
