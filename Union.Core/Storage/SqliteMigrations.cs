using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Engine;
using Microsoft.Data.Sqlite;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>Brings a database to the schema of this binary, forward only.</summary>
internal static class SqliteMigrations
{
    public static void Apply(string connectionString, string folder)
    {
        var scripts = Scripts(folder + ".");
        RefuseNewer(connectionString, scripts);

        var result = DeployChanges.To.SqliteDatabase(connectionString)
            .WithScripts(scripts)
            .WithTransaction()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "migration_failed",
                $"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}",
                "The database is as it was before; report this with the version of the binary.", result.Error);
        }
    }

    private static List<SqlScript> Scripts(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => SqlScript.FromStream(name[folder.Length..], assembly.GetManifestResourceStream(name)!))];
    }

    private static void RefuseNewer(string connectionString, List<SqlScript> known)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        const string tableSql = "select count(*) from sqlite_master where name = 'SchemaVersions'";
        if (connection.ExecuteScalar<long>(tableSql) == 0)
        {
            return;
        }

        const string newestSql = "select max(ScriptName) from SchemaVersions";
        var newest = connection.ExecuteScalar<string>(newestSql);
        if (string.CompareOrdinal(newest, known[^1].Name) > 0)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "database_newer",
                $"The database has schema {newest}; this binary knows up to {known[^1].Name}.",
                "Start the newer binary, or restore the backup that was made before the upgrade.");
        }
    }
}
