using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Logs;

/// <summary>
/// Reads an attempt's log back from the object store: the parts below its logs folder, in order. What a part unpacks to
/// is bounded, since a task's project may write there and a few bytes can unpack to very many.
/// </summary>
public sealed class ArchivedLogs(IObjectStore store)
{
    /// <summary>Twice what an executor keeps of one attempt.</summary>
    public const long MaxUnpackedBytes = 128L << 20;

    /// <summary>The lines of an attempt from its first on; none where nothing was archived.</summary>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        ObjectKey logs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = MaxUnpackedBytes;
        await foreach (var part in store.ListAsync(logs, cancellationToken))
        {
            if (!part.Key.ToString().EndsWith(".jsonl.gz", StringComparison.Ordinal))
            {
                continue;
            }

            await using var packed = await store.OpenReadAsync(part.Key, 0, cancellationToken);
            await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            var reader = PipeReader.Create(unpacked);
            var ended = false;
            while (!ended)
            {
                var read = await ReadAsync(reader, cancellationToken);
                var buffer = read.Buffer;
                var before = buffer.Length;
                while (TryTakeLine(ref buffer, read.IsCompleted, out var line))
                {
                    if (LogRecord.Parse(new Utf8JsonReader(line)) is { } record)
                    {
                        yield return record.ToLine();
                    }
                }

                left -= before - buffer.Length;
                if (left < 0 || buffer.Length > LogRecord.MaxBytes)
                {
                    throw Damaged("it is larger than any log that was archived");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                ended = read.IsCompleted;
            }
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw Damaged("it is not gzip", e);
        }
    }

    private static bool TryTakeLine(
        ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        if (!isLast || buffer.IsEmpty)
        {
            return false;
        }

        line = buffer;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static UnionException Damaged(string why, Exception? inner = null) => new(
        ErrorCode.DataLoss, "log_archive_damaged", $"A part of the log archive cannot be read: {why}.", inner: inner);
}
