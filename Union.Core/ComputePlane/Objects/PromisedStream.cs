using System.Security.Cryptography;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// The content of an upload, held to what was promised of it while it is read: a byte too many ends the reading at
/// once, and at the end length and MD5 must agree. A store that writes whole or not at all then keeps nothing.
/// </summary>
public sealed class PromisedStream : Stream
{
    private readonly Stream _content;
    private readonly long _max;
    private readonly long? _length;
    private readonly ReadOnlyMemory<byte>? _md5;
    private readonly IncrementalHash? _hash;
    private long _read;

    public PromisedStream(Stream content, long max, long? length, ReadOnlyMemory<byte>? md5)
    {
        (_content, _max, _length, _md5) = (content, Math.Min(max, length ?? max), length, md5);
#pragma warning disable CA5351 // Content-MD5 is what clients and stores speak; it finds damage, and the URL is signed.
        _hash = md5 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _content.ReadAsync(buffer, cancellationToken);
        _read += count;
        if (_read > _max)
        {
            throw new ObjectStoreException(ObjectStoreError.TooLarge, $"The content has more than {_max} bytes.");
        }

        _hash?.AppendData(buffer.Span[..count]);
        if (count == 0 && buffer.Length > 0)
        {
            EnsureKept();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void EnsureKept()
    {
        if (_length is { } length && _read != length)
        {
            throw new ObjectStoreException(ObjectStoreError.Invalid, $"The content has {_read} bytes, not {length}.");
        }

        if (_hash is not null && !_md5!.Value.Span.SequenceEqual(_hash.GetCurrentHash()))
        {
            throw new ObjectStoreException(ObjectStoreError.Invalid, "The content has another MD5 than was signed.");
        }
    }
}
