using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Threading.Channels;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Union.Host.Api.Errors;
using Union.Host.Api.Splicing;
using Union.Host.Connect;
using Union.Host.Tunnel.Preface;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Connect;

/// <summary>One service of the contract on a real port that speaks all three protocols; the test says what it does.</summary>
internal sealed class ConnectFixture : IAsyncDisposable
{
    public const int MaxBytes = 4 * 1024 * 1024;
    public const string Service = "flyteidl2.workflow.RunService";

    private readonly WebApplication _app;

    private ConnectFixture(WebApplication app)
    {
        _app = app;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .First(a => a.StartsWith("http://127", StringComparison.Ordinal) && !a.EndsWith(":0", StringComparison.Ordinal));
        Address = new Uri(address);
        Client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public Behaviour Does => _app.Services.GetRequiredService<Behaviour>();

    /// <summary>Everything that was logged, at the most verbose level.</summary>
    public Logged Log => _app.Services.GetRequiredService<Logged>();

    public static async Task<ConnectFixture> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<Logged>().AddSingleton<ILoggerProvider>(s => s.GetRequiredService<Logged>());
        builder.Services.AddSingleton(TimeProvider.System).AddPlainPorts();
        builder.Services.AddSingleton<Behaviour>();
        builder.Services.AddRpc(MaxBytes, options => options.Interceptors.Add<ErrorInterceptor>());
        builder.WebHost.ConfigureKestrel(k => k.ListenPlain(new IPEndPoint(IPAddress.Loopback, 0)));
        var app = builder.Build();
        app.UseRpc();
        app.MapGrpcService<Runs>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ConnectFixture(app);
    }

    public static HttpRequestMessage Post(string method, string contentType, byte[] body, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("content-type", contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{Service}/{method}") { Content = content };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => await Client.SendAsync(
        request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public async Task<(HttpResponseMessage Response, byte[] Body)> CallAsync(HttpRequestMessage request)
    {
        var response = await SendAsync(request);
        return (response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public static byte[] Envelope(byte flags, ReadOnlySpan<byte> content)
    {
        var envelope = new byte[5 + content.Length];
        envelope[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(1), content.Length);
        content.CopyTo(envelope.AsSpan(5));
        return envelope;
    }

    /// <summary>The envelopes of a body, with compressed ones inflated.</summary>
    public static IReadOnlyList<(byte Flags, byte[] Content)> Envelopes(byte[] body)
    {
        var found = new List<(byte, byte[])>();
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            var content = body[(at + 5)..(at + 5 + length)];
            found.Add((body[at], (body[at] & 1) == 1 ? Gunzip(content) : content));
            at += 5 + length;
        }

        return found;
    }

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    public static byte[] Gunzip(byte[] content)
    {
        using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        var inflated = new MemoryStream();
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }

    public static byte[] Request(string name) => new GetRunDetailsRequest { RunId = new() { Name = name } }.ToByteArray();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    internal sealed class Behaviour
    {
        public Func<GetRunDetailsRequest, ServerCallContext, Task<GetRunDetailsResponse>> Get { get; set; } =
            (request, _) => Task.FromResult(Answer(request.RunId.Name));

        public Func<WatchActionDetailsRequest, IServerStreamWriter<WatchActionDetailsResponse>, ServerCallContext, Task> Watch { get; set; } =
            (_, _, _) => Task.CompletedTask;

        public static GetRunDetailsResponse Answer(string name) =>
            new() { Details = new() { Action = new() { Id = new() { Name = name } } } };
    }

    internal sealed class Logged : ILoggerProvider, ILogger
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public string Text
        {
            get
            {
                var lines = new List<string>();
                while (_lines.Reader.TryRead(out var line))
                {
                    lines.Add(line);
                }

                return string.Join('\n', lines);
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }

    [BindServiceMethod(typeof(Runs), nameof(Bind))]
    internal sealed class Runs(Behaviour does) : RunService.RunServiceBase
    {
        public static void Bind(ServiceBinderBase binder, RunService.RunServiceBase service) =>
            RunService.BindService(new SplicingBinder(binder), service);

        public override Task<GetRunDetailsResponse> GetRunDetails(GetRunDetailsRequest request, ServerCallContext context) =>
            does.Get(request, context);

        public override Task WatchActionDetails(
            WatchActionDetailsRequest request, IServerStreamWriter<WatchActionDetailsResponse> responseStream, ServerCallContext context) =>
            does.Watch(request, responseStream, context);
    }
}
