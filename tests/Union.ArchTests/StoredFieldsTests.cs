using Microsoft.Data.Sqlite;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Host.Cli.Docs;
using Union.Testing;

namespace Union.ArchTests;

/// <summary>The list of what the control plane stores is complete, true, and free of customer data.</summary>
public sealed class StoredFieldsTests
{
    private static readonly string[] Storable = ["orchestration", "platform", "credential"];

    [Fact]
    public void EveryColumn_HasAClassThatTheControlPlaneMayStore()
    {
        var wrong = StoredField.Of(StoredFieldsReference.Migrations).Where(f => !Storable.Contains(f.Class));

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task EveryColumnOfTheDatabase_IsListed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "control.db");
        await using (MetadataDatabase.Open(path))
        {
        }

        var listed = StoredField.Of(StoredFieldsReference.Migrations).Select(f => $"{f.Table}.{f.Column}");

        Assert.Equal(Columns(path).Order(), listed.Order());
    }

    [Fact]
    public void Page_IsWhatTheCommandWrites()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "stored-fields.md"));

        Assert.Equal(StoredFieldsReference.Write(), page);
    }

    [Fact]
    public void KeysPage_IsWhatTheCommandWrites()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "keys.md"));

        Assert.Equal(KeysReference.Write(), page);
    }

    [Fact]
    public void ApiPage_IsWhatTheCommandWrites()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "api.md"));

        Assert.Equal(ApiReference.Write(), page);
    }

    private static List<string> Columns(string path)
    {
        // DbUp's own table has names of scripts and the instants at which they ran.
        const string sql = """
            select t.name || '.' || c.name
              from sqlite_master t, pragma_table_info(t.name) c
             where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> 'SchemaVersions'
            """;
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }
}
