using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Google.Protobuf;
using Union.Core.Boundary;

namespace Union.Host.Connect;

/// <summary>
/// Reads the one message of a request and frames it for gRPC: 1 byte of flags, 4 bytes of length (big-endian), content.
/// </summary>
internal static class ConnectMessage
{
    private const int HeaderBytes = 5;
    private const byte CompressedFlag = 1;

    /// <exception cref="UnionException">The message is too large, cut off or not of its type.</exception>
    public static async Task ReadAsync(
        HttpRequest request, ConnectCall call, MessageLimit limit, ProtoJson json, PooledBuffer framed,
        CancellationToken cancellationToken)
    {
        using var body = new PooledBuffer();
        if (call.IsGet)
        {
            ReadQuery(request.Query, limit, body);
        }
        else
        {
            await ReadBodyAsync(request, limit.MaxBytes + HeaderBytes, limit, body, cancellationToken);
        }

        var (content, compressed) = call.IsStream ? OpenEnvelope(body, call.Compressed) : (body.Segment, call.Compressed);

        // An empty body is an empty message, compressed or not.
        Frame(content, compressed && content.Count > 0, call, limit, json, framed);
    }

    private static void Frame(
        ArraySegment<byte> content, bool compressed, ConnectCall call, MessageLimit limit, ProtoJson json, PooledBuffer framed)
    {
        framed.GetSpan(HeaderBytes)[..HeaderBytes].Clear();
        framed.Advance(HeaderBytes);
        if (call.Codec is Codec.Proto && compressed)
        {
            Gzip.Inflate(content, limit, framed);
        }
        else if (call.Codec is Codec.Proto)
        {
            framed.Append(content);
        }
        else
        {
            using var inflated = new PooledBuffer();
            if (compressed)
            {
                Gzip.Inflate(content, limit, inflated);
            }

            var text = compressed ? inflated.Written.Span : content;
            json.Parse(text, call.Method.Descriptor.InputType).WriteTo(framed);
        }

        if (framed.Count - HeaderBytes > limit.MaxBytes)
        {
            throw limit.Exceeded();
        }

        BinaryPrimitives.WriteInt32BigEndian(framed.Written.Span[1..], framed.Count - HeaderBytes);
    }

    private static (ArraySegment<byte> Content, bool Compressed) OpenEnvelope(PooledBuffer body, bool mayCompress)
    {
        var bytes = body.Segment;
        if (bytes.Count < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) > bytes.Count - HeaderBytes)
        {
            throw Undecodable("The body ends before its envelope does.");
        }

        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1));
        if (length < bytes.Count - HeaderBytes)
        {
            throw Undecodable("More than one message was sent to a method that takes one.");
        }

        return (bytes[0], mayCompress) switch
        {
            (0, _) => (bytes.Slice(HeaderBytes), false),
            (CompressedFlag, true) => (bytes.Slice(HeaderBytes), true),
            (CompressedFlag, false) => throw Undecodable("The envelope is compressed and connect-content-encoding does not say how."),
            _ => throw Undecodable("The envelope has flags that a request cannot have."),
        };
    }

    private static async ValueTask ReadBodyAsync(
        HttpRequest request, int maxBytes, MessageLimit limit, PooledBuffer body, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            throw limit.Exceeded();
        }

        ReadResult result;
        do
        {
            result = await request.BodyReader.ReadAsync(cancellationToken);
            if (body.Count + result.Buffer.Length > maxBytes)
            {
                throw limit.Exceeded();
            }

            foreach (var part in result.Buffer)
            {
                body.Append(part.Span);
            }

            request.BodyReader.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);
    }

    private static void ReadQuery(IQueryCollection query, MessageLimit limit, PooledBuffer body)
    {
        if (query["message"] is not { Count: 1 } message)
        {
            throw Undecodable("The query needs one message.");
        }

        var text = message.ToString();
        var bytes = Encoding.UTF8.GetBytes(text);
        if (query["base64"] == "1" && !TryDecode(text, out bytes))
        {
            throw Undecodable("The query's message is not base64 of the URL alphabet.");
        }

        if (bytes.Length > limit.MaxBytes)
        {
            throw limit.Exceeded();
        }

        body.Append(bytes);
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var valid = Base64Url.IsValid(text);
        bytes = valid ? Base64Url.DecodeFromChars(text) : [];
        return valid;
    }

    private static UnionException Undecodable(string message) => new(ErrorCode.InvalidArgument, "message_undecodable", message);
}
