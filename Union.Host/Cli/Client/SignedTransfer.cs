using System.Net;
using Union.Core.Boundary;

namespace Union.Host.Cli.Client;

/// <summary>
/// Sends and fetches single objects by signed URL, straight to and from the customer's store. The URL is a credential:
/// no message of this class holds it, and no redirect is followed with it.
/// </summary>
internal sealed class SignedTransfer(TimeProvider time) : IDisposable
{
    private const int Attempts = 3;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = DirectToLoopback.Proxy,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>Puts <paramref name="content"/>, which must be at its start and seekable.</summary>
    public async Task PutAsync(
        SignedUrl url,
        IEnumerable<KeyValuePair<string, string>> headers,
        Stream content,
        ReadOnlyMemory<byte> md5,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            content.Position = 0;
            using var request = Request(HttpMethod.Put, url, headers);
            // The request disposes its content, and the stream is needed again for the next attempt.
            request.Content = new StreamContent(new UnclosedStream(content));
            request.Content.Headers.ContentLength = content.Length;
            request.Content.Headers.ContentMD5 = md5.ToArray();
            AddContentHeaders(request, headers);
            using var response = await SendAsync(request, "upload", cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            if (attempt == Attempts || !IsTransient(response.StatusCode))
            {
                throw Refused("upload", response.StatusCode);
            }

            await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
        }
    }

    public async Task GetAsync(
        SignedUrl url,
        IEnumerable<KeyValuePair<string, string>> headers,
        Stream target,
        CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, url, headers);
        using var response = await SendAsync(request, "download", cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw Refused("download", response.StatusCode);
        }

        await response.Content.CopyToAsync(target, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(
        HttpMethod method, SignedUrl url, IEnumerable<KeyValuePair<string, string>> headers)
    {
        // Uri would otherwise rewrite what was signed.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        if (!Uri.TryCreate(url.Reveal(), exact, out var uri) || !ConnectionSettings.IsSafe(uri))
        {
            throw new CliError(ExitCode.NotAllowed, "The cluster signed an address that is neither https nor on this machine.");
        }

        var request = new HttpRequestMessage(method, uri);
        foreach (var (name, value) in headers.Where(h => !IsContentHeader(h.Key)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static void AddContentHeaders(HttpRequestMessage request, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers.Where(h => IsContentHeader(h.Key)))
        {
            request.Content!.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static bool IsContentHeader(string name) => name.StartsWith("content-", StringComparison.OrdinalIgnoreCase);

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new CliError(
                ExitCode.Unreachable,
                $"The object store cannot be reached for the {what}: {e.Message}",
                "Signed URLs are used from this machine: its network must reach the customer's object store.");
        }
    }

    private static CliError Refused(string what, HttpStatusCode status) => new(
        status switch
        {
            HttpStatusCode.NotFound => ExitCode.NotFound,
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => ExitCode.NotAllowed,
            _ => ExitCode.Failed,
        },
        $"The object store refused the {what} (HTTP {(int)status}).",
        "The signed link may have expired: try again.");

    private sealed class UnclosedStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
