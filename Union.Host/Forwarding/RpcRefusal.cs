using System.Buffers.Binary;
using System.Text.Json;
using Union.Core.Boundary;

namespace Union.Host.Forwarding;

/// <summary>Writes a failure that happened before any service was reached, in the caller's own protocol.</summary>
internal static class RpcRefusal
{
    private const byte ConnectEndStream = 2;
    private const int BadGateway = 502;

    public static async Task WriteAsync(HttpContext context, UnionException failure)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            throw new InvalidOperationException("The answer has begun: a refusal would be read as its content.");
        }

        response.Clear();
        SafeHeaders.Add(response.Headers);
        var type = context.Request.ContentType;
        if (RpcContent.IsGrpc(type) || RpcContent.IsGrpcWeb(type))
        {
            // Trailers-only: no body, so both protocols read the status from the headers.
            response.StatusCode = failure.Reason == ForwardFailures.BadAnswer ? BadGateway : StatusCodes.Status200OK;
            response.ContentType = type;
            response.Headers["grpc-status"] = RpcStatus.Grpc(failure.Code);
            response.Headers["grpc-message"] = Uri.EscapeDataString(failure.Message);
            return;
        }

        var error = JsonSerializer.SerializeToUtf8Bytes(
            new ConnectError(RpcStatus.Connect(failure.Code), failure.Message), ConnectErrorJson.Default.ConnectError);
        if (RpcContent.IsConnectStream(type) && failure.Reason != ForwardFailures.BadAnswer)
        {
            response.ContentType = type;
            await response.Body.WriteAsync(Frame(ConnectEndStream, [.. "{\"error\":"u8, .. error, (byte)'}']));
            return;
        }

        response.StatusCode = failure.Reason == ForwardFailures.BadAnswer ? BadGateway : RpcStatus.Http(failure.Code);
        response.ContentType = "application/json";
        await response.Body.WriteAsync(error);
    }

    /// <summary>Flags (1 byte), length (4 bytes, big-endian), content: the frame of all three protocols.</summary>
    public static byte[] Frame(byte flags, ReadOnlySpan<byte> content)
    {
        var frame = new byte[5 + content.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), content.Length);
        content.CopyTo(frame.AsSpan(5));
        return frame;
    }
}
