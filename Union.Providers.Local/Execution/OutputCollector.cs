using System.Text;
using Flyteidl2.Core;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using NamedLiteral = Flyteidl2.Task.NamedLiteral;
using Outputs = Flyteidl2.Task.Outputs;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Reads what an ended task left in its output folder, as its interface says, and puts files into the store. Nothing of
/// the task runs any more, yet what it left is not believed: see <see cref="SafeFile"/>.
/// </summary>
internal sealed class OutputCollector(IObjectStore store, ProcessExecutorOptions options)
{
    private const int MaxDepth = 32;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task<Reference> CollectAsync(
        AttemptFolder folder, VariableMap types, ObjectKey target, CancellationToken cancellationToken)
    {
        using var outputs = SafeFile.OpenFolder(folder.Outputs) ?? throw Missing("The output folder is gone.");
        var collected = new Outputs();
        foreach (var entry in types.Variables)
        {
            var value = await CollectAsync(outputs, entry, target, cancellationToken);
            collected.Literals.Add(new NamedLiteral { Name = entry.Key, Value = value });
        }

        return await PutAsync(target.Append("outputs.pb"), new MemoryStream(collected.ToByteArray()), cancellationToken);
    }

    /// <summary>The report, where the task wrote one that can be read.</summary>
    public async Task<Reference?> CollectReportAsync(
        AttemptFolder folder, ObjectKey target, CancellationToken cancellationToken)
    {
        try
        {
            using var parent = SafeFile.OpenFolder(folder.ReportFolder);
            using var report = parent is null ? null : SafeFile.OpenFile(parent, Path.GetFileName(folder.Report));
            return report is null || RandomAccess.GetLength(report) > options.MaxTransferBytes
                ? null
                : await PutFileAsync(target.Append("report.html"), report, cancellationToken);
        }
        catch (UnsafeFileException)
        {
            return null;
        }
    }

    public async Task<Reference> PutAsync(ObjectKey key, Stream content, CancellationToken cancellationToken)
    {
        await store.PutAsync(key, content, PutMode.Replace, cancellationToken);
        return store.ReferenceTo(key);
    }

    private async Task<Literal> CollectAsync(
        SafeFileHandle outputs, VariableEntry entry, ObjectKey target, CancellationToken cancellationToken)
    {
        var type = entry.Value.Type;
        if (!Names.IsVariable(entry.Key))
        {
            throw AttemptFailure.Invalid("output_invalid", $"The output's name '{entry.Key}' cannot be a file's name.");
        }

        try
        {
            if (TaskTypes.IsFolder(type))
            {
                using var folder = SafeFile.OpenFolder(outputs, entry.Key) ?? throw NotWritten(entry);
                var key = target.Append("raw/" + entry.Key);
                await PutFolderAsync(new Transfer(options), folder, key, 0, cancellationToken);
                return BlobAt(key, type);
            }

            using var file = SafeFile.OpenFile(outputs, entry.Key) ?? throw NotWritten(entry);
            if (!TaskTypes.IsFile(type))
            {
                return Parse(entry, file);
            }

            new Transfer(options).Add(RandomAccess.GetLength(file));
            var blob = target.Append("raw/" + entry.Key);
            await PutFileAsync(blob, file, cancellationToken);
            return BlobAt(blob, type);
        }
        catch (UnsafeFileException e)
        {
            throw AttemptFailure.Invalid(
                "output_invalid", $"The output '{entry.Key}' ({TaskTypes.NameOf(type)}) is refused: {e.Message}.", e);
        }
    }

    private Literal Parse(VariableEntry entry, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        if (length > options.MaxValueBytes)
        {
            throw new UnsafeFileException($"a value has at most {options.MaxValueBytes} bytes; larger ones are files");
        }

        var bytes = new byte[length];
        var read = RandomAccess.Read(file, bytes, 0);
        try
        {
            // Shells end what they print with a line break; a value that needs one is a file.
            var text = StrictUtf8.GetString(bytes, 0, read);
            text = text.EndsWith('\n') ? text[..^1] : text;
            return LiteralText.Parse(entry.Value.Type, text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new UnsafeFileException(
                e is FormatException ? e.Message.TrimEnd('.') : "it is not text in UTF-8");
        }
    }

    private async Task PutFolderAsync(
        Transfer transfer, SafeFileHandle folder, ObjectKey key, int depth, CancellationToken cancellationToken)
    {
        foreach (var entry in SafeFile.List(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (depth >= MaxDepth || !ObjectKey.TryParse($"{key}/{entry.Name}", out var child))
            {
                throw new UnsafeFileException("a name in it cannot be an object's name, or it is too deep");
            }

            if (entry is DirectoryInfo { LinkTarget: null })
            {
                using var below = SafeFile.OpenFolder(folder, entry.Name);
                if (below is not null)
                {
                    await PutFolderAsync(transfer, below, child, depth + 1, cancellationToken);
                }

                continue;
            }

            await PutFileAsync(transfer, folder, entry.Name, child, cancellationToken);
        }
    }

    private async Task PutFileAsync(
        Transfer transfer, SafeFileHandle folder, string name, ObjectKey key, CancellationToken cancellationToken)
    {
        using var file = SafeFile.OpenFile(folder, name);
        if (file is not null)
        {
            transfer.Add(RandomAccess.GetLength(file));
            await PutFileAsync(key, file, cancellationToken);
        }
    }

    private async Task<Reference> PutFileAsync(ObjectKey key, SafeFileHandle file, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(file, FileAccess.Read);
        return await PutAsync(key, content, cancellationToken);
    }

    private Literal BlobAt(ObjectKey key, LiteralType type) => new()
    {
        Scalar = new Scalar
        {
            Blob = new Blob
            {
                Uri = store.ReferenceTo(key).ToString(),
                Metadata = new BlobMetadata { Type = type.Blob.Clone() },
            },
        },
    };

    private static AttemptFailure NotWritten(VariableEntry entry) => Missing(
        $"The output '{entry.Key}' ({TaskTypes.NameOf(entry.Value.Type)}) was not written to $UNION_OUTPUTS/{entry.Key}.");

    private static AttemptFailure Missing(string message) =>
        new("output_missing", Union.Core.ComputePlane.Execution.ErrorKind.User, recoverable: true, message);

    /// <summary>What one output may still bring.</summary>
    private sealed class Transfer(ProcessExecutorOptions options)
    {
        private long _bytes;
        private int _files;

        public void Add(long length)
        {
            _bytes += length;
            if (++_files > options.MaxFiles || _bytes > options.MaxTransferBytes)
            {
                throw new UnsafeFileException(
                    $"it has more than {options.MaxFiles} files or {options.MaxTransferBytes} bytes");
            }
        }
    }
}
