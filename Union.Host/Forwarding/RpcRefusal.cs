using System.Buffers.Binary;
using Union.Core.Boundary;
using Union.Host.Api.Errors;
using Union.Host.Connect;

namespace Union.Host.Forwarding;

/// <summary>Writes a failure that happened before any service was reached, in the caller's own protocol.</summary>
internal static class RpcRefusal
{
    /// <summary>Answered with HTTP 405.</summary>
    public const string MethodNotAllowed = "http_method_not_allowed";

    private const string ContentTypeUnknown = "content_type_unknown";
    private const byte ConnectEndStream = 2;

    /// <summary>Answered with HTTP 415.</summary>
    public static UnionException ContentType(bool isStream) => new(
        ErrorCode.InvalidArgument, ContentTypeUnknown, "The content type is not one of gRPC, gRPC-Web or Connect for this method.",
        isStream ? "Send application/connect+proto or application/connect+json." : "Send application/proto or application/json.");

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
            response.StatusCode = failure.Reason == ForwardFailures.BadAnswer
                ? StatusCodes.Status502BadGateway : StatusCodes.Status200OK;
            response.ContentType = type;
            foreach (var (name, value) in RpcStatus.Trailers(failure))
            {
                response.Headers[name] = value;
            }

            return;
        }

        if (RpcContent.IsConnectStream(type) && HttpStatus(failure) is not StatusCodes.Status502BadGateway)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = RpcContent.Bare(type!);
            await response.Body.WriteAsync(EndStream(failure));
            return;
        }

        using var error = new PooledBuffer();
        ConnectErrors.WriteError(error, CallEnd.Of(ErrorMapping.ToStatus(failure)));
        response.StatusCode = HttpStatus(failure);
        response.ContentType = "application/json";
        await response.Body.WriteAsync(error.Written);
    }

    /// <summary>The last message of a Connect stream that failed.</summary>
    public static byte[] EndStream(UnionException failure)
    {
        using var end = new PooledBuffer();
        ConnectErrors.WriteEndStream(end, CallEnd.Of(ErrorMapping.ToStatus(failure)), new HeaderDictionary());
        return Frame(ConnectEndStream, end.Written.Span);
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

    private static int HttpStatus(UnionException failure) => failure.Reason switch
    {
        ForwardFailures.BadAnswer => StatusCodes.Status502BadGateway,
        ContentTypeUnknown => StatusCodes.Status415UnsupportedMediaType,
        MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        _ => ConnectErrors.HttpStatus(ErrorMapping.CodeOf(failure.Code)),
    };
}
