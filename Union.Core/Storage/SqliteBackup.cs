using Microsoft.Data.Sqlite;

namespace Union.Core.Storage;

/// <summary>Reads a file beside the process that owns it.</summary>
internal static class SqliteBackup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string ReadOnly(string path) => ConnectionString(path, SqliteOpenMode.ReadOnly);

    public static string Writable(string path) => ConnectionString(path, SqliteOpenMode.ReadWriteCreate);

    /// <summary>One snapshot of a file that others write to; the copy is its owner's alone, and never replaces a file.</summary>
    public static void Copy(string path, string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (new FileStream(target, options))
        {
            // Empty, and already with its mode: SQLite would make it readable for all.
        }

        using var from = new SqliteConnection(ReadOnly(path));
        using var to = new SqliteConnection(Writable(target));
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    private static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = 30,
    }.ToString();
}
