using System.Globalization;
using Microsoft.Data.Sqlite;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>What the pages for reviewers say, held against a real installation that has run tasks and kept a secret.</summary>
public sealed class DocumentedFactsTests(SharedInstallation shared)
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task Keys_page_lists_exactly_the_files_of_both_key_folders_and_their_modes_are_0600()
    {
        (await _union.RunWithInputAsync("s3cret", "secret", "create", "documented", "--replace")).Done();
        var file = _union.Write("keyed.yaml", "name: keyed\ncommand: [sh, -c, 'test $KEY']\nsecrets: [{name: documented, env: KEY}]\n");
        (await _union.RunAsync("run", file)).Done();

        foreach (var (plane, home) in new[] { ("control", _union.Control), ("compute", _union.Compute) })
        {
            var folder = Path.Combine(home.Folder, "data-keys");
            Assert.Equal(
                Listed("keys.md", $"{plane} plane", exceptWith: "(auth: token)").Order(StringComparer.Ordinal),
                Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.All(Directory.EnumerateFiles(folder), path => Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(path)));
        }
    }

    [Fact]
    public async Task No_key_of_either_plane_lies_in_any_data_folder()
    {
        (await _union.RunWithInputAsync("s3cret", "secret", "create", "documented", "--replace")).Done();
        var keys = new[] { _union.Control, _union.Compute }
            .SelectMany(home => Directory.EnumerateFiles(Path.Combine(home.Folder, "data-keys"), "*.key")).ToList();
        var lines = keys.SelectMany(File.ReadLines).Where(line => line.Length >= 40 && !line.StartsWith("---", StringComparison.Ordinal)).ToList();

        Assert.True(lines.Count >= 5, "the keys were read");
        foreach (var path in new[] { _union.Control, _union.Compute }.SelectMany(home => Files(Path.Combine(home.Folder, "data"))))
        {
            var content = await ReadSharedAsync(path);
            Assert.DoesNotContain(lines, line => content.Contains(line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Stored_fields_page_lists_exactly_the_columns_of_the_real_database()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(_union.Control.Folder, "data", "control.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            select t.name || '.' || c.name
              from sqlite_master t, pragma_table_info(t.name) c
             where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> 'SchemaVersions'
            """;
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
        {
            columns.Add(reader.GetString(0));
        }

        var documented = Sections("stored-fields.md").SelectMany(
            table => Listed("stored-fields.md", table).Select(column => $"{table}.{column}"));
        Assert.Contains("`SchemaVersions`", string.Concat(Page("stored-fields.md")), StringComparison.Ordinal);
        Assert.Equal(documented.Order(StringComparer.Ordinal), columns.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Planes_listen_on_the_configured_ports_and_on_nothing_else()
    {
        var control = new[] { _union.ClientsPort, _union.ClustersPort, _union.Control.OpsPort };
        int[] compute = [.. _union.ComputePorts, _union.Compute.OpsPort];

        Assert.Equal(Loopback(control), ListeningPorts.Of(_union.Control.Process.Id));
        Assert.Equal(Loopback(compute), ListeningPorts.Of(_union.Compute.Process.Id));
    }

    private static IEnumerable<string> Loopback(IEnumerable<int> ports) =>
        ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"tcp 127.0.0.1:{port}")).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => new FileInfo(path) is { Exists: true, Length: > 0 });

    private static async Task<string> ReadSharedAsync(string path)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (FileNotFoundException)
        {
            // Of an attempt that was forgotten meanwhile.
            return "";
        }
    }

    private static IEnumerable<string> Page(string name) => File.ReadLines(Path.Combine(RepositoryFiles.Root, "docs", name));

    private static IEnumerable<string> Sections(string page) =>
        Page(page).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]);

    /// <summary>The first cells of the table below a heading, without rows of what this installation does not have.</summary>
    private static IEnumerable<string> Listed(string page, string section, string exceptWith = "\n") => Page(page)
        .SkipWhile(line => line != $"## {section}").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.Contains(exceptWith, StringComparison.Ordinal))
        .Select(line => line.Split('`')[1]);
}
