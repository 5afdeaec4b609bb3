using System.Globalization;
using Microsoft.Extensions.Primitives;
using Union.Core.Boundary;
using Union.Host.Forwarding;

namespace Union.Host.Connect;

internal enum Codec
{
    Proto,
    Json,
}

/// <summary>What a Connect request says about itself. https://connectrpc.com/docs/protocol</summary>
/// <param name="Compressed">Unary: the body. Stream: those envelopes whose flag says so.</param>
/// <param name="Timeout">As gRPC writes it; null for none.</param>
internal sealed record ConnectCall(
    RpcMethod Method, Codec Codec, bool IsGet, bool Compressed, bool AcceptsGzip, string? Timeout)
{
    public bool IsStream => Method.IsStream;

    public string ContentType => (IsStream, Codec) switch
    {
        (true, Codec.Proto) => "application/connect+proto",
        (true, Codec.Json) => "application/connect+json",
        (false, Codec.Proto) => "application/proto",
        _ => "application/json",
    };

    /// <exception cref="UnionException">The request is not one that <paramref name="method"/> can be asked with.</exception>
    public static ConnectCall Read(HttpRequest request, RpcMethod method)
    {
        if (request.Headers["connect-protocol-version"] is { Count: > 0 } version && version != "1")
        {
            throw Invalid("protocol_version", "This server speaks version 1 of the Connect protocol.");
        }

        var timeout = TimeoutOf(request.Headers["connect-timeout-ms"]);
        if (HttpMethods.IsGet(request.Method) && method is { HasNoSideEffects: true, IsStream: false })
        {
            return new ConnectCall(
                method, CodecOf(request.Query["encoding"]), IsGet: true, IsGzip(request.Query["compression"]),
                Accepts(request.Headers.AcceptEncoding), timeout);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            throw new UnionException(
                ErrorCode.Unimplemented, RpcRefusal.MethodNotAllowed, $"{method.Path} cannot be asked with this HTTP method.", "Use POST.");
        }

        var codec = RpcContent.Bare(request.ContentType ?? "") switch
        {
            "application/proto" when !method.IsStream => Codec.Proto,
            "application/json" when !method.IsStream => Codec.Json,
            "application/connect+proto" when method.IsStream => Codec.Proto,
            "application/connect+json" when method.IsStream => Codec.Json,
            _ => throw RpcRefusal.ContentType(method.IsStream),
        };
        if (codec is Codec.Json && method.IsClientStream)
        {
            throw new UnionException(
                ErrorCode.Unimplemented, "json_stream", $"{method.Path} takes a stream of messages, which is not served as JSON.",
                "Send application/connect+proto.");
        }

        var (encoding, accepted) = method.IsStream
            ? (request.Headers["connect-content-encoding"], request.Headers["connect-accept-encoding"])
            : (request.Headers.ContentEncoding, request.Headers.AcceptEncoding);
        return new ConnectCall(method, codec, IsGet: false, IsGzip(encoding), Accepts(accepted), timeout);
    }

    private static Codec CodecOf(StringValues encoding) => encoding.ToString() switch
    {
        "proto" => Codec.Proto,
        "json" => Codec.Json,
        _ => throw Invalid("encoding_unknown", "The query needs encoding=proto or encoding=json."),
    };

    private static bool IsGzip(StringValues encoding) => encoding.ToString() switch
    {
        "" or "identity" => false,
        Gzip.Name => true,
        _ => throw new UnionException(
            ErrorCode.Unimplemented, "compression_unknown", "The message is compressed in a way that is not supported.",
            "Supported: gzip, identity."),
    };

    private static bool Accepts(StringValues accepted)
    {
        foreach (var one in accepted.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (one == Gzip.Name || (one.StartsWith("gzip;", StringComparison.Ordinal) && !IsZero(one)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsZero(string encoding) => encoding.Replace(" ", "", StringComparison.Ordinal) is "gzip;q=0" or "gzip;q=0.0";

    /// <summary>At most ten digits of milliseconds; gRPC takes eight of any unit.</summary>
    private static string? TimeoutOf(StringValues header)
    {
        if (header.Count == 0)
        {
            return null;
        }

        var text = header.ToString();
        if (text.Length is 0 or > 10 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            throw Invalid("timeout_invalid", "connect-timeout-ms is not a number of at most ten digits.");
        }

        return milliseconds switch
        {
            0 => throw new UnionException(
                ErrorCode.DeadlineExceeded, "deadline_passed", "The deadline of the call had passed when it arrived."),
            < 100_000_000 => $"{milliseconds}m",
            _ => $"{milliseconds / 1000}S",
        };
    }

    private static UnionException Invalid(string reason, string message) => new(ErrorCode.InvalidArgument, reason, message);
}
