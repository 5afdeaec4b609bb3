using System.Buffers;
using System.IO.Compression;
using Union.Core.Boundary;
using Union.Host.Forwarding;

namespace Union.Host.Connect;

internal static class Gzip
{
    public const string Name = "gzip";

    /// <summary>Below this, the packet is as full either way.</summary>
    public const int WorthwhileBytes = 1024;

    /// <exception cref="UnionException">It is no gzip, or inflates to more than the limit allows.</exception>
    public static void Inflate(ArraySegment<byte> compressed, MessageLimit limit, PooledBuffer into)
    {
        using var source = new MemoryStream(compressed.Array!, compressed.Offset, compressed.Count, writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var left = limit.Inflated(compressed.Count);
        try
        {
            int read;
            while ((read = gzip.Read(into.GetSpan(Math.Max(256, compressed.Count)))) > 0)
            {
                if ((left -= read) < 0)
                {
                    throw limit.Exceeded();
                }

                into.Advance(read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "message_undecodable", "The message is said to be gzip and is not.", inner: e);
        }
    }

    public static void Deflate(ReadOnlySpan<byte> content, IBufferWriter<byte> into)
    {
        using var target = new WritingStream(into);
        using var gzip = new GZipStream(target, CompressionLevel.Fastest);
        gzip.Write(content);
    }

    private sealed class WritingStream(IBufferWriter<byte> into) : OneWayStream
    {
        public override bool CanWrite => true;

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => into.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => into.Write(buffer);
    }
}
