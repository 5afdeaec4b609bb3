using Flyteidl2.Core;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Inputs = Flyteidl2.Task.Inputs;
using NamedLiteral = Flyteidl2.Task.NamedLiteral;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Writes each input as a file, or a folder of files, named after it. A reference is followed only within the project
/// of the run: an input is text that a caller chose, and must not open another project's objects.
/// </summary>
internal sealed class InputWriter(IObjectStore store, ProcessExecutorOptions options)
{
    public async Task WriteAsync(Inputs inputs, ObjectKey project, string folder, CancellationToken cancellationToken)
    {
        foreach (var input in inputs.Literals)
        {
            if (!Names.IsVariable(input.Name))
            {
                throw AttemptFailure.Invalid("input_invalid", $"The input's name '{input.Name}' cannot be a file's name.");
            }

            var path = Path.Combine(folder, input.Name);
            if (input.Value?.Scalar?.Blob is { } blob)
            {
                await DownloadAsync(input.Name, blob, project, path, cancellationToken);
            }
            else if (input.Value?.Scalar?.NoneType is null)
            {
                await File.WriteAllTextAsync(path, Format(input), cancellationToken);
            }
        }
    }

    private static string Format(NamedLiteral input)
    {
        try
        {
            return LiteralText.Format(input.Value ?? new Literal());
        }
        catch (FormatException e)
        {
            throw AttemptFailure.Invalid("input_unsupported", $"The input '{input.Name}' has no text form. {e.Message}", e);
        }
    }

    private async Task DownloadAsync(
        string name, Blob blob, ObjectKey project, string path, CancellationToken cancellationToken)
    {
        if (!Reference.TryParse(blob.Uri, out var reference) || !store.TryResolve(reference, out var key)
            || !key.IsBelow(project))
        {
            throw AttemptFailure.Invalid("input_refused", $"The input '{name}' refers to no object of this project.");
        }

        try
        {
            if (blob.Metadata?.Type?.Dimensionality == BlobType.Types.BlobDimensionality.Multipart)
            {
                await DownloadFolderAsync(name, key, path, cancellationToken);
            }
            else
            {
                await DownloadFileAsync(name, key, path, options.MaxTransferBytes, cancellationToken);
            }
        }
        catch (ObjectStoreException e) when (e.Error == ObjectStoreError.NotFound)
        {
            throw AttemptFailure.Invalid("input_missing", $"The object of the input '{name}' does not exist.", e);
        }
    }

    private async Task DownloadFolderAsync(
        string name, ObjectKey prefix, string path, CancellationToken cancellationToken)
    {
        AttemptFolder.CreateOwned(path);
        var files = 0;
        var left = options.MaxTransferBytes;
        await foreach (var stored in store.ListAsync(prefix, cancellationToken))
        {
            // A key's grammar has neither ".." nor an empty segment, so the path stays below the folder.
            var file = Path.Combine(path, stored.Key.ToString()[(prefix.ToString().Length + 1)..]);
            if (++files > options.MaxFiles)
            {
                throw TooLarge(name);
            }

            AttemptFolder.CreateOwned(Path.GetDirectoryName(file)!);
            left -= await DownloadFileAsync(name, stored.Key, file, left, cancellationToken);
        }
    }

    private async Task<long> DownloadFileAsync(
        string name, ObjectKey key, string path, long limit, CancellationToken cancellationToken)
    {
        await using var source = await store.OpenReadAsync(key, 0, cancellationToken);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[81920];
        while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (file.Position + count > limit)
            {
                throw TooLarge(name);
            }

            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        return file.Position;
    }

    private AttemptFailure TooLarge(string name) => AttemptFailure.Invalid(
        "input_too_large", $"The input '{name}' has more than {options.MaxFiles} files or {options.MaxTransferBytes} bytes.");
}
