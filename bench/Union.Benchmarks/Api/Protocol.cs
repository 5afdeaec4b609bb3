using System.Buffers.Binary;
using System.Net;

namespace Union.Benchmarks.Api;

/// <summary>
/// One protocol on the wire, over HTTP/2 and by the same HTTP client, so that what differs is the server's work.
/// </summary>
internal sealed record Protocol(string Name, string UnaryType, string StreamType, bool FramesUnary)
{
    public static readonly Protocol Connect = new("Connect", "application/proto", "application/connect+proto", false);
    public static readonly Protocol Grpc = new("gRPC", "application/grpc", "application/grpc", true);
    public static readonly Protocol GrpcWeb = new("gRPC-Web", "application/grpc-web+proto", "application/grpc-web+proto", true);

    private const int HeaderBytes = 5;

    /// <summary>The answer's message; the status is read too.</summary>
    public async Task<byte[]> CallAsync(HttpClient client, Uri address, string path, byte[] message)
    {
        using var request = NewRequest(address, path, UnaryType, FramesUnary ? Framed(message) : message);
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (response.StatusCode is not HttpStatusCode.OK
            || (this == Grpc && response.TrailingHeaders.GetValues("grpc-status").Single() != "0"))
        {
            throw new InvalidOperationException($"{Name} {path}: {response.StatusCode}");
        }

        return FramesUnary ? body[HeaderBytes..(HeaderBytes + BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)))] : body;
    }

    public static HttpRequestMessage NewRequest(Uri address, string path, string type, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("content-type", type);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.ParseAdd("trailers");
        return request;
    }

    public static byte[] Framed(byte[] message)
    {
        var frame = new byte[HeaderBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, HeaderBytes);
        return frame;
    }

#pragma warning disable CA2000 // Owned by the client.
    public static HttpClient NewClient() => new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        Timeout = TimeSpan.FromMinutes(2),
    };
#pragma warning restore CA2000
}
