using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Union.Testing.Servers;

/// <summary>A server on loopback that answers as a test says, and a way to it for clients that dial a cloud.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.Single();

    public static async Task<LoopbackServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new LoopbackServer(app);
    }

    /// <summary>Sends every request here, whatever host it is for; what stands in the Host header stays.</summary>
    public HttpMessageHandler CreateHandler() => new Diverting(new Uri(Endpoint));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Diverting(Uri server) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var wanted = request.RequestUri!;
            request.Headers.Host ??= wanted.Authority;
            request.RequestUri = new Uri(server, wanted.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
