using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Union.Providers.Aws.Objects;

/// <summary>
/// Text of a request in the making, in a rented buffer. Encodes as AWS demands and not as <see cref="Uri"/> does: every
/// byte of the UTF-8 form but A-Z a-z 0-9 - . _ ~ becomes %XX in upper case.
/// </summary>
internal ref struct UrlBytes(int capacity) : IDisposable
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    private static readonly SearchValues<char> PlainInPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Add(scoped ReadOnlySpan<char> text) =>
        Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void Add(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var count);
        Length += count;
    }

    /// <summary>Adds once more what stands in a range already.</summary>
    public void Copy(Range range)
    {
        var (start, count) = range.GetOffsetAndLength(Length);
        var room = Reserve(count);
        _buffer.AsSpan(start, count).CopyTo(room);
        Length += count;
    }

    public void AddHex(scoped ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Reserve(2 * bytes.Length), out var count);
        Length += count;
    }

    public void AddEncoded(scoped ReadOnlySpan<char> text, bool keepSlashes)
    {
        if (!text.ContainsAnyExcept(keepSlashes ? PlainInPath : Plain))
        {
            Length += Encoding.ASCII.GetBytes(text, Reserve(text.Length));
            return;
        }

        // The UTF-8 form goes to the end of a room that holds the encoded one too, which never catches up with it.
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var room = Reserve(4 * most);
        var plain = room[(3 * most)..];
        plain = plain[..Encoding.UTF8.GetBytes(text, plain)];
        var count = 0;
        foreach (var b in plain)
        {
            if (Unreserved.Contains(b) || (b == (byte)'/' && keepSlashes))
            {
                room[count++] = b;
                continue;
            }

            room[count] = (byte)'%';
            room[count + 1] = Hex(b >> 4);
            room[count + 2] = Hex(b & 15);
            count += 3;
        }

        Length += count;
    }

    public readonly string ToText(Range range) => Encoding.ASCII.GetString(Written[range]);

    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);

    private static byte Hex(int nibble) => (byte)"0123456789ABCDEF"[nibble];

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + count));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }

        return _buffer.AsSpan(Length);
    }
}
