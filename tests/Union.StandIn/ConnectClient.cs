using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;

namespace Union.StandIn;

/// <summary>
/// The Connect protocol with the habits of the stock SDK: binary, POST, HTTP/1.1, every request gzipped, exact content
/// types demanded of answers.
/// </summary>
internal sealed class ConnectClient : IDisposable
{
    private const byte Compressed = 1;
    private const byte EndStream = 2;

    private readonly HttpClient _http;
    private readonly string _address;
    private readonly Action<HttpRequestHeaders> _headers;

    public ConnectClient(string address, Action<HttpRequestHeaders> headers)
    {
        (_address, _headers) = (address, headers);
#pragma warning disable RS0030, CA2000 // There is no factory in a program of one client; the client owns its handler.
        _http = new HttpClient(new SocketsHttpHandler()) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030, CA2000
    }

    public async Task<T> UnaryAsync<T>(
        string method, IMessage request, MessageParser<T> parser, int? timeoutMilliseconds, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var content = new ByteArrayContent(Gzip(request.ToByteArray()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/proto");
        content.Headers.ContentEncoding.Add("gzip");
        using var message = Message(method, content);
        message.Headers.TryAddWithoutValidation("accept-encoding", "gzip,identity");
        if (timeoutMilliseconds is { } timeout)
        {
            message.Headers.TryAddWithoutValidation(
                "connect-timeout-ms", timeout.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        using var response = await SendAsync(message, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Expect(response, "application/proto", body);
        return parser.ParseFrom(response.Content.Headers.ContentEncoding.Contains("gzip") ? Gunzip(body) : body);
    }

    /// <summary>Ends with an exception of the code that the end-stream envelope carries, or quietly where it has none.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string method, IMessage request, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var content = new StreamContent(new MemoryStream(Envelope(Gzip(request.ToByteArray()))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+proto");
        using var message = Message(method, content);
        message.Headers.TransferEncodingChunked = true;
        message.Headers.TryAddWithoutValidation("connect-content-encoding", "gzip");
        message.Headers.TryAddWithoutValidation("connect-accept-encoding", "gzip,identity");
        using var response = await SendAsync(message, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            Expect(response, "", await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        Expect(response, "application/connect+proto", []);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var head = new byte[5];
        while (true)
        {
            await body.ReadExactlyAsync(head, cancellationToken);
            var payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1))];
            await body.ReadExactlyAsync(payload, cancellationToken);
            payload = (head[0] & Compressed) != 0 ? Gunzip(payload) : payload;
            if ((head[0] & EndStream) != 0)
            {
                ThrowIfError(payload);
                yield break;
            }

            yield return parser.ParseFrom(payload);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Message(string method, HttpContent content)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, $"{_address}/{method}") { Content = content };
        message.Headers.TryAddWithoutValidation("connect-protocol-version", "1");
        message.Headers.TryAddWithoutValidation("user-agent", "connectrpc/0.4.2");
        _headers(message.Headers);
        return message;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static void Expect(HttpResponseMessage response, string contentType, byte[] body)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw ToException(JsonDocument.Parse(body).RootElement);
        }

        if (response.Content.Headers.ContentType?.ToString() != contentType)
        {
            throw new RpcFailure("unknown", $"content type {response.Content.Headers.ContentType}");
        }
    }

    private static void ThrowIfError(byte[] end)
    {
        if (JsonDocument.Parse(end).RootElement.TryGetProperty("error", out var error))
        {
            throw ToException(error);
        }
    }

    private static RpcFailure ToException(JsonElement error) => new(
        error.GetProperty("code").GetString() ?? "unknown",
        error.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "");

    private static byte[] Envelope(byte[] payload)
    {
        var framed = new byte[5 + payload.Length];
        framed[0] = Compressed;
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)payload.Length);
        payload.CopyTo(framed, 5);
        return framed;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Gunzip(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

/// <summary>A call that was answered with a Connect error.</summary>
internal sealed class RpcFailure(string code, string message) : Exception($"{code}: {message}")
{
    public string Code { get; } = code;
}
