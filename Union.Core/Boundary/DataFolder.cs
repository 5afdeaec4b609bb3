using System.Globalization;

namespace Union.Core.Boundary;

/// <summary>
/// The folder that one plane keeps its state in, held by one process at a time. A file <c>format</c> names plane and
/// format number, so that neither an older binary nor the other plane ever opens it by mistake.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    public static DataFolder Open(string path, string plane, int format)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            CreatePrivate(path);
            CheckFormat(path, plane, format);
#pragma warning disable CA2000 // The folder owns its lock.
            return new DataFolder(path, Lock(path));
#pragma warning restore CA2000
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "data_folder_denied", $"The data folder {path} cannot be used: {e.Message}",
                "Choose another folder with dataDir or UNION_HOME, or give this user write permission.", e);
        }
    }

    /// <summary>A folder below this one, for its owner only.</summary>
    public string Folder(string name) => CreatePrivate(System.IO.Path.Combine(Path, name));

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();

    private static string CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }

        return path;
    }

    private static void CheckFormat(string path, string plane, int format)
    {
        var file = System.IO.Path.Combine(path, "format");
        var expected = string.Create(CultureInfo.InvariantCulture, $"{plane} {format}\n");
        if (!System.IO.File.Exists(file))
        {
            System.IO.File.WriteAllText(file, expected);
            return;
        }

        var found = System.IO.File.ReadAllText(file);
        if (found != expected)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "data_folder_version",
                $"The data folder {path} has format '{Printable(found)}'; this binary uses '{expected.Trim()}'.",
                "Start the binary that wrote it, or choose an empty folder.");
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(
                System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "data_folder_in_use",
                $"The data folder {path} is in use by another process.",
                "End that process, or choose another folder.", e);
        }
    }

    private static string Printable(string text) =>
        new([.. text.Trim().Take(40).Where(c => !char.IsControl(c))]);
}
