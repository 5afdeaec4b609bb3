using System.Net;

namespace Union.Host.Forwarding;

/// <summary>
/// Stands between the proxy and the tunnel for one call: flushes what the client streams, and turns a lost cluster or
/// a permission that ended into an end that the caller's protocol knows.
/// </summary>
internal sealed class ForwardingHandler(
    HttpMessageInvoker tunnel, ForwardedCall call, ForwarderMeter meter, CancellationToken revoked) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content = request.Content is { } content ? new FlushingContent(content, meter) : new ByteArrayContent([]);
        call.DescribeContent(request.Content);

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, revoked);
        var response = await tunnel.SendAsync(request, either.Token);
        var type = response.Content.Headers.ContentType?.ToString();
        response.Content = new EndedContent(response.Content, RpcEnding.Of(type, call), meter, revoked);
        return response;
    }

    /// <summary>A message must not wait for the next one: the copy loop writes one after the other.</summary>
    private sealed class FlushingContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly ForwarderMeter _meter;

        public FlushingContent(HttpContent inner, ForwarderMeter meter) => (_inner, _meter) = (inner, meter);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
#pragma warning disable CA2000 // Holds nothing; the stream below belongs to the HTTP client.
            _inner.CopyToAsync(new FlushingStream(stream, _meter), context, cancellationToken);
#pragma warning restore CA2000

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class EndedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly RpcEnding _ending;
        private readonly ForwarderMeter _meter;
        private readonly CancellationToken _revoked;

        public EndedContent(HttpContent inner, RpcEnding ending, ForwarderMeter meter, CancellationToken revoked)
        {
            (_inner, _ending, _meter, _revoked) = (inner, ending, meter, revoked);
            foreach (var (name, values) in inner.Headers.NonValidated)
            {
                Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
            }
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() =>
            new EndedStream(await _inner.ReadAsStreamAsync(), _ending, _meter, _revoked);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
