using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Union.Host.Connect;
using Union.Host.Forwarding;

namespace Union.Host.Relaying;

/// <summary>
/// Looks at the first message of a request in any of the protocols and leaves the body unread, for whoever passes it on.
/// </summary>
internal static class FirstMessage
{
    /// <summary>Messages that name a run and carry no values are far smaller; of larger ones nothing is looked at.</summary>
    private const int MaxBytes = 64 * 1024;

    private const int HeaderBytes = 5;
    private const byte CompressedFlag = 1;
    private static readonly MessageLimit Limit = new(1024 * 1024);

    /// <summary>The message, inflated; empty where it is larger than what is looked at, or cut off.</summary>
    public static async Task<ReadOnlyMemory<byte>> PeekAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isFramed = IsFramed(request.ContentType ?? "");
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            var body = read.Buffer;
            if (IsWhole(body, isFramed, read) || body.Length > MaxBytes || read.IsCompleted)
            {
                var bytes = body.Length <= MaxBytes ? body.ToArray() : [];
                request.BodyReader.AdvanceTo(body.Start, body.Start);
                return Open(request, bytes, isFramed);
            }

            request.BodyReader.AdvanceTo(body.Start, body.End);
        }
    }

    private static bool IsWhole(ReadOnlySequence<byte> body, bool isFramed, ReadResult read) =>
        isFramed ? body.Length >= HeaderBytes && body.Length >= HeaderBytes + (long)LengthOf(body) : read.IsCompleted;

    private static uint LengthOf(ReadOnlySequence<byte> body)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        body.Slice(0, HeaderBytes).CopyTo(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
    }

    private static ReadOnlyMemory<byte> Open(HttpRequest request, byte[] body, bool isFramed)
    {
        if (!isFramed)
        {
            return request.Headers.ContentEncoding == Gzip.Name ? Inflate(body) : body;
        }

        if (body.Length < HeaderBytes || body.Length - HeaderBytes < BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)))
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var content = body[HeaderBytes..(HeaderBytes + (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)))];
        return (body[0] & CompressedFlag) != 0 ? Inflate(content) : content;
    }

    private static ReadOnlyMemory<byte> Inflate(byte[] compressed)
    {
        if (compressed.Length == 0)
        {
            return compressed;
        }

        using var inflated = new PooledBuffer();
        Gzip.Inflate(compressed, Limit, inflated);
        return inflated.Written.ToArray();
    }

    private static bool IsFramed(string type) =>
        RpcContent.IsGrpc(type) || RpcContent.IsGrpcWeb(type) || RpcContent.IsConnectStream(type);
}
