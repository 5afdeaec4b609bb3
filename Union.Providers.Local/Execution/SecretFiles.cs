using System.Security.Cryptography;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Secrets that a task reads as files: in memory, in a folder of the attempt's own with a name that nobody can guess,
/// bound into the sandbox and removed when the attempt is over. The attempt's folder says where, and says it first, so
/// that a compute plane which was killed meanwhile finds them again.
/// </summary>
internal static class SecretFiles
{
    /// <summary>Where the stock SDK looks, and where a sandboxed task finds them.</summary>
    public const string Folder = "/etc/flyte/secrets";

    private const string Memory = "/dev/shm";
    private const string Prefix = Memory + "/union-";
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder that holds them; null for a task without any.</summary>
    public static string? Write(AttemptFolder folder, IReadOnlyList<SecretFile> files)
    {
        if (files.Count == 0)
        {
            return null;
        }

        if (!IsMemory())
        {
            throw new AttemptFailure(
                "secret_files_unsupported", Union.Core.ComputePlane.Execution.ErrorKind.System, recoverable: false,
                $"This machine has no memory file system at {Memory}, so secrets cannot be given as files. Ask for variables.");
        }

        var root = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        AttemptFolder.WriteWhole(folder.SecretFolder, System.Text.Encoding.ASCII.GetBytes(root + "\n"));
        Directory.CreateDirectory(root, FolderMode);
        foreach (var file in files)
        {
            var path = Path.Combine(root, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, FolderMode);
            using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead,
                BufferSize = 0,
            });
            stream.Write(file.Value.Reveal().Span);
        }

        return root;
    }

    public static void Remove(AttemptFolder folder)
    {
        if (AttemptFolder.ReadLine(folder.SecretFolder) is { } root && IsOurs(root) && Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    public static bool IsMemory() => Directory.Exists(Memory) && new DriveInfo(Memory).DriveFormat == "tmpfs";

    // What is removed with everything in it must be of the shape that we made.
    private static bool IsOurs(string root) =>
        root.Length == Prefix.Length + 32 && root.StartsWith(Prefix, StringComparison.Ordinal)
        && root[Prefix.Length..].All(char.IsAsciiHexDigitLower);
}
