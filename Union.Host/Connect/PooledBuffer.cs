using System.Buffers;

namespace Union.Host.Connect;

/// <summary>A growing buffer whose array goes back to the pool.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 1024;

    private byte[] _array = [];

    public int Count { get; private set; }

    public Memory<byte> Written => _array.AsMemory(0, Count);

    public ArraySegment<byte> Segment => new(_array, 0, Count);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Advance(int count) => Count += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Forgets the first bytes; what follows them moves to the front.</summary>
    public void Discard(int count)
    {
        Written[count..].CopyTo(_array);
        Count -= count;
    }

    public void Dispose()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            (_array, Count) = ([], 0);
        }
    }

    private void Grow(int more)
    {
        if (_array.Length - Count >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, checked(Count + more)), _array.Length * 2));
        Written.CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
