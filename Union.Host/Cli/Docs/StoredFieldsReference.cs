using System.Text;
using Union.Core.Storage;

namespace Union.Host.Cli.Docs;

/// <summary>docs/stored-fields.md: every column of the control plane's database, with its class.</summary>
internal static class StoredFieldsReference
{
    public const string Migrations = "Union.Core.ControlPlane.Database.Migrations.sqlite";

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # What the control plane stores

            Every column of every table, made from the migrations by `union docs stored-fields`. A test refuses a column
            whose class is not orchestration, platform or credential, and one that stands here and not in the database.
            Keyed digests are HMAC-SHA-256 under a key that only the cluster holds: they confirm no guess. Projections are
            protobuf messages of which only the fields listed in `Union.Core/Boundary/Projections/FieldClasses.cs` are left.

            Beside these tables stands `SchemaVersions`, which the migrator keeps: the names of the migrations and when each
            was applied.

            """);
        foreach (var table in StoredField.Of(Migrations).GroupBy(f => f.Table))
        {
            page.Append($"\n## {table.Key}\n\n| column | class | what it is |\n|---|---|---|\n");
            foreach (var field in table)
            {
                page.Append($"| `{field.Column}` | {field.Class} | {field.Meaning} |\n");
            }
        }

        return page.ToString();
    }
}
