using System.Reflection;
using DbUp.Engine;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>The numbered scripts of a database, embedded in this binary.</summary>
internal sealed class MigrationScripts
{
    private MigrationScripts(IReadOnlyList<SqlScript> all) => All = all;

    public IReadOnlyList<SqlScript> All { get; }

    public string Newest => All[^1].Name;

    /// <param name="folder">Namespace of the scripts.</param>
    public static MigrationScripts In(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var start = folder + ".";
        return new MigrationScripts([.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(start, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => SqlScript.FromStream(name[start.Length..], assembly.GetManifestResourceStream(name)!))]);
    }

    /// <summary>Those that a database still needs.</summary>
    public IReadOnlyList<string> Missing(IReadOnlyCollection<string> applied) =>
        [.. All.Select(s => s.Name).Where(name => !applied.Contains(name))];

    /// <param name="applied">Names of the scripts that the database has seen.</param>
    public void RefuseNewer(IReadOnlyCollection<string> applied)
    {
        if (applied.FirstOrDefault(name => All.All(s => s.Name != name)) is { } unknown)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "database_newer",
                $"The database has schema {unknown}; this binary knows up to {Newest}.",
                "Start the newer binary, or restore the backup that was made before the upgrade.");
        }
    }

    public static void ThrowIfFailed(DatabaseUpgradeResult result)
    {
        if (!result.Successful)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "migration_failed",
                $"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}",
                "The database is as it was before; report this with the version of the binary.", result.Error);
        }
    }
}
