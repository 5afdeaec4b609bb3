using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Dialing;

/// <summary>A connection's pipes as the stream that TLS wants. The pumps behind it gather small writes into one send.</summary>
internal sealed class TransportStream(ConnectionContext connection) : Stream
{
    private readonly IDuplexPipe _pipe = connection.Transport;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // TLS asks with an empty buffer to wait for bytes without holding memory meanwhile.
            var waiting = await _pipe.Input.ReadAsync(cancellationToken);
            _pipe.Input.AdvanceTo(waiting.Buffer.Start, waiting.Buffer.Start);
            return 0;
        }

        var result = await _pipe.Input.ReadAsync(cancellationToken);
        var available = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
        available.CopyTo(buffer.Span);
        var read = (int)available.Length; // before AdvanceTo, which gives the memory back
        _pipe.Input.AdvanceTo(available.End);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await _pipe.Output.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted)
        {
            throw new IOException("The connection is closed.");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken) =>
        await _pipe.Output.FlushAsync(cancellationToken);

    public override void Flush()
    {
        // Every write flushes; TLS calls this one while it is disposed.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Abort();
            _ = connection.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }
}
