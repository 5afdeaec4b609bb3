using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Flyteidl2.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Union.Host.Cli;
using Union.Host.Configuration;
using Union.Testing;

namespace Union.Host.Tests.Cli;

/// <summary>
/// A control plane, its cluster below <c>/dp/c1</c> and the customer's object store, on loopback. Each refuses what the
/// real one refuses: data calls without the path, calls without an id, uploads with a wrong digest or header.
/// </summary>
internal sealed class FakeInstallation : IAsyncDisposable
{
    public const string Signature = "s1gnature-that-nobody-may-print";

    private readonly WebApplication _app;

    private FakeInstallation(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Endpoint = addresses[0];
        ObjectsEndpoint = addresses[1];
    }

    public string Endpoint { get; }

    public string ObjectsEndpoint { get; }

    public TemporaryFolder Folder { get; } = new();

    public FakeState State => _app.Services.GetRequiredService<FakeState>();

    public static async Task<FakeInstallation> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<FakeState>();
        var app = builder.Build();
        app.Use(CheckCall);
        app.UseRouting();
        app.MapGrpcService<FakeRunService>();
        app.MapGrpcService<FakeTaskService>();
        app.MapGrpcService<FakeTriggerService>();
        app.MapGrpcService<FakeProjectService>();
        app.MapGrpcService<FakeClusterService>();
        app.MapGrpcService<FakeDataService>();
        app.MapGrpcService<FakeLinkService>();
        app.MapGrpcService<FakeSecretService>();
        app.MapGrpcService<FakeClusterAdminService>();
        app.MapGrpcService<FakeChildrenService>();
        app.MapPut("/objects/{name}", PutObjectAsync);
        app.MapGet("/objects/{name}", GetObject);
        await app.StartAsync();
        var installation = new FakeInstallation(app);
        installation.State.Endpoint = installation.Endpoint;
        installation.State.ObjectsEndpoint = installation.ObjectsEndpoint;
        return installation;
    }

    public Task<CliResult> RunAsync(params string[] arguments) => CliResult.RunAsync(
        this, arguments, "", CancellationToken.None);

    public Task<CliResult> RunAsync(string input, CancellationToken cancellationToken, params string[] arguments) =>
        CliResult.RunAsync(this, arguments, input, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Folder.Dispose();
    }

    private static async Task CheckCall(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/objects/", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        if (!Guid.TryParse(context.Request.Headers["x-request-id"], out _))
        {
            context.Response.StatusCode = 400;
            return;
        }

        var state = context.RequestServices.GetRequiredService<FakeState>();
        state.Calls.Enqueue(path);
        foreach (var prefix in new[] { "/dp/c1", $"/a/{FakeState.TaskToken}" })
        {
            if (path.StartsWith(prefix + "/", StringComparison.Ordinal))
            {
                context.Items["prefix"] = prefix;
                context.Request.Path = path[prefix.Length..];
            }
        }

        await next(context);
    }

    private static async Task<IResult> PutObjectAsync(string name, HttpRequest request, FakeState state)
    {
        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content);
#pragma warning disable CA5351 // the digest that object stores sign
        var md5 = Convert.ToBase64String(MD5.HashData(content.ToArray()));
#pragma warning restore CA5351
        var isSigned = request.Query["sig"] == Signature && request.Headers["x-required"] == "yes"
            && request.Headers.ContentMD5 == md5 && request.ContentLength == content.Length && request.Headers.Authorization.Count == 0;
        if (!isSigned)
        {
            return Results.StatusCode(403);
        }

        state.Objects[name] = content.ToArray();
        return Results.Ok();
    }

    private static IResult GetObject(string name, HttpRequest request, FakeState state) =>
        request.Query["sig"] != Signature ? Results.StatusCode(403)
        : state.Objects.TryGetValue(name, out var content) ? Results.Bytes(content) : Results.NotFound();
}

/// <summary>What the fakes know and what they were told.</summary>
internal sealed class FakeState
{
    public const string TaskToken = "t0ken";

    public string Endpoint { get; set; } = "";

    public string ObjectsEndpoint { get; set; } = "";

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public ConcurrentQueue<object> Requests { get; } = new();

    /// <summary>What WatchActions sends, in order; then it stays open unless the last one ends the run.</summary>
    public List<Flyteidl2.Workflow.Action> Script { get; } = [];

    /// <summary>Completes once a watcher has everything of the script.</summary>
    public TaskCompletionSource Watching { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool WatchBreaksAfterEachMessage { get; set; }

    /// <summary>The task endpoint is away once, after it has served so many answers.</summary>
    public int AwayAfter { get; set; } = -1;

    /// <summary>What the cluster keeps cannot be had, and answers say so.</summary>
    public bool IsClusterAway { get; set; }

    public Flyteidl2.Workflow.ActionDetails Root { get; set; } = new();

    public Flyteidl2.Task.Inputs Inputs { get; set; } = new();

    public Flyteidl2.Task.Outputs Outputs { get; set; } = new();

    public List<Flyteidl2.Logs.Dataplane.LogLine> Logs { get; } = [];

    /// <summary>What every call to the run service answers, where it is set.</summary>
    public Grpc.Core.RpcException? Failure { get; set; }

    public SelectClusterResponse Selected => new() { ClusterEndpoint = $"{Endpoint}/dp/c1" };

    /// <summary>A signed URL that may be printed, since it was asked for by name.</summary>
    public const string LinkAskedFor = "https://store.example.com/x?sig=asked-for";

    public string SignedUrl(string name) => $"{ObjectsEndpoint}/objects/{name}?sig={FakeInstallation.Signature}";

    public T Last<T>() => Requests.OfType<T>().Last();
}

/// <summary>What a command printed and how it ended.</summary>
internal sealed record CliResult(ExitCode Code, string Out, string Error)
{
    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    public static async Task<CliResult> RunAsync(
        FakeInstallation? installation, string[] arguments, string input, CancellationToken cancellationToken)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        var variables = new Dictionary<string, string> { ["HOME"] = "/nowhere" };
        if (installation is not null)
        {
            variables["UNION_ENDPOINT"] = installation.Endpoint;
            variables["UNION_ACTIONS"] = $"{installation.Endpoint["http://".Length..]}/a/{FakeState.TaskToken}";
        }

        var context = new CliContext(
            output,
            error,
            IsTerminal: false,
            InputIsTerminal: false,
            () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)),
            () => bytes,
            new ProcessEnvironment(variables),
            TimeProvider.System,
            installation?.Folder.Path ?? "/nowhere");
        var code = await UnionCommandLine.RunAsync(context, [], arguments, cancellationToken);
        var printed = output + System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        Assert.DoesNotContain(FakeInstallation.Signature, printed + error, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeState.TaskToken, printed + error, StringComparison.Ordinal);
        return new CliResult((ExitCode)code, printed, error.ToString());
    }
}
