using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Union.Core.Authoring;

/// <summary>
/// The files of a task as one gzipped tar. The same files give the same bytes wherever and whenever they are packed, so
/// that one bundle is one object in the store.
/// </summary>
public sealed class CodeBundle : IAsyncDisposable
{
    private const int MaxFiles = 10_000;
    private const long MaxBytes = 1L << 30;

    private CodeBundle(FileStream content, byte[] md5)
    {
        Content = content;
        Md5 = md5;
    }

    /// <summary>At its start; the file behind it goes away with this object.</summary>
    public Stream Content { get; }

    public ReadOnlyMemory<byte> Md5 { get; }

    public string FileName => $"fast{Convert.ToHexStringLower(Md5.Span)}.tar.gz";

    /// <summary>A path that cannot leave the folder it is relative to.</summary>
    public static bool IsRelative(string path) =>
        path.Length is > 0 and <= 512 && !Path.IsPathRooted(path) && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Any(char.IsControl) && Array.TrueForAll(path.TrimEnd('/').Split('/'), part => part is not ("" or ".."));

    /// <summary>Packs files and folders below <paramref name="folder"/>; all that cannot be packed is reported at once.</summary>
    public static async Task<CodeBundle> CreateAsync(
        string folder, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var entries = BundleFiles.Find(folder, files, MaxFiles, MaxBytes);
        var content = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Access = FileAccess.ReadWrite,
            Mode = FileMode.Truncate,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        try
        {
            await WriteAsync(content, entries, cancellationToken);
            content.Position = 0;
#pragma warning disable CA5351 // Content-MD5 is what object stores sign; it guards against damage, not against attack
            var md5 = await MD5.HashDataAsync(content, cancellationToken);
#pragma warning restore CA5351
            content.Position = 0;
            return new CodeBundle(content, md5);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static async Task WriteAsync(
        Stream target, IReadOnlyDictionary<string, string> entries, CancellationToken cancellationToken)
    {
        await using var gzip = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Gnu);
        foreach (var (name, path) in entries)
        {
            await using var source = File.OpenRead(path);
            // Everything that is not the content is fixed: times, owner, and all of the mode but "executable". (The pax
            // format would write the id of this process into the archive.)
            await tar.WriteEntryAsync(
                new GnuTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = source,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    AccessTime = DateTimeOffset.UnixEpoch,
                    ChangeTime = DateTimeOffset.UnixEpoch,
                    Mode = ModeOf(path),
                },
                cancellationToken);
        }
    }

    private static UnixFileMode ModeOf(string path)
    {
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            | UnixFileMode.OtherRead;
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var isExecutable = !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
        return isExecutable ? Readable | Executable : Readable;
    }
}
