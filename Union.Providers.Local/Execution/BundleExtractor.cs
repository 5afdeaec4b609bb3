using System.Formats.Tar;
using System.IO.Compression;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Unpacks a code bundle into an empty folder. Files and folders only: without links, no entry can lead out of the
/// folder later, and a name that would is refused rather than cleaned.
/// </summary>
internal sealed class BundleExtractor(int maxFiles, long maxBytes)
{
    /// <summary>A full disk is no fault of the bundle.</summary>
    private const int NoSpace = 28; // ENOSPC

    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task ExtractAsync(Stream archive, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await using var unzipped = new GZipStream(archive, CompressionMode.Decompress);
            await using var reader = new TarReader(unzipped);
            var entries = 0;
            var bytes = 0L;
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                bytes += entry.Length;
                if (++entries > maxFiles || bytes > maxBytes)
                {
                    throw Invalid($"It has more than {maxFiles} files or {maxBytes} bytes.");
                }

                await ExtractAsync(entry, folder, cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw AttemptFailure.Invalid("bundle_invalid", "The code bundle is not a gzipped tar archive.", e);
        }
        catch (IOException e) when (e.HResult != NoSpace)
        {
            throw AttemptFailure.Invalid("bundle_invalid", "The code bundle cannot be unpacked: a name is there twice.", e);
        }
    }

    private static async Task ExtractAsync(TarEntry entry, string folder, CancellationToken cancellationToken)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (Resolve(entry.Name, folder) is { } directory)
                {
                    AttemptFolder.CreateOwned(directory);
                }

                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                var path = Resolve(entry.Name, folder) ?? throw Invalid("A file has no name.");
                AttemptFolder.CreateOwned(Path.GetDirectoryName(path)!);
                await using (var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = ReadWrite | (entry.Mode & UnixFileMode.UserExecute),
                }))
                {
                    await (entry.DataStream ?? Stream.Null).CopyToAsync(file, cancellationToken);
                }

                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw Invalid($"'{entry.Name}' is neither a file nor a folder.");
        }
    }

    /// <summary>The path below the folder; null for the folder itself.</summary>
    private static string? Resolve(string name, string folder)
    {
        var segments = name.Split('/').ToList();
        if (name.StartsWith('/') || name.Contains('\0', StringComparison.Ordinal) || segments.Contains(".."))
        {
            throw Invalid($"'{name}' leads out of its folder.");
        }

        segments.RemoveAll(segment => segment is "" or ".");
        return segments.Count == 0 ? null : Path.Combine([folder, .. segments]);
    }

    private static AttemptFailure Invalid(string why) =>
        AttemptFailure.Invalid("bundle_invalid", "The code bundle is refused. " + why);
}
