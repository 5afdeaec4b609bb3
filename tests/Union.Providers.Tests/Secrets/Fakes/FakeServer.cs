using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Union.Providers.Tests.Secrets.Fakes;

/// <summary>A cloud's HTTP API in this process, on loopback: what it checks is what the real one checks.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;
    private bool _isDisposed;

    private FakeServer(WebApplication app, X509Certificate2? certificate) => (_app, _certificate) = (app, certificate);

    public string Url => _app.Urls.Single();

    /// <summary>What the next calls answer in place of their own work.</summary>
    public Answer? Outage { get; set; }

    public List<string> Calls { get; } = [];

    /// <param name="handle">Called for one request at a time: fakes need no locks.</param>
    public static async Task<FakeServer> StartAsync(Func<Call, Answer> handle, bool isHttps = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = isHttps ? NewCertificate() : null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var server = new FakeServer(builder.Build(), certificate);
        var gate = new Lock();
        server._app.Run(async context =>
        {
            var call = await Call.ReadAsync(context.Request);
            Answer answer;
            lock (gate)
            {
                server.Calls.Add($"{call.Method} {call.Path}");
                answer = server.Outage ?? handle(call);
            }

            context.Response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers)
            {
                context.Response.Headers[name] = value;
            }

            if (answer.Body is not null)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(answer.Body.ToJsonString());
            }
        });
        await server._app.StartAsync();
        return server;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
        _certificate?.Dispose();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

/// <summary>A request as the fake sees it: path and query are raw.</summary>
internal sealed record Call(string Method, string Path, string Query, IHeaderDictionary Headers, byte[] Bytes)
{
    public JsonObject Json => JsonNode.Parse(Bytes)!.AsObject();

    public string Header(string name) => Headers[name].ToString();

    public string? Parameter(string name) => Query.TrimStart('?').Split('&')
        .Select(p => p.Split('=', 2)).Where(p => p[0] == name).Select(p => Uri.UnescapeDataString(p.ElementAtOrDefault(1) ?? ""))
        .FirstOrDefault();

    public static async Task<Call> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var headers = new HeaderDictionary(request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        return new Call(request.Method, request.Path.Value!, request.QueryString.Value ?? "", headers, body.ToArray());
    }

    public override string ToString() => $"{Method} {Path} {Encoding.UTF8.GetString(Bytes)}";
}

internal sealed record Answer(int Status, JsonNode? Body = null)
{
    public Dictionary<string, string> Headers { get; } = [];

    public static Answer Ok(JsonNode? body = null) => new(200, body ?? new JsonObject());
}
