using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Policy;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Pipeline;
using Union.Host.Forwarding;
using Union.Host.Ops;
using Union.Host.Relaying;
using Union.Host.Tests.Tunnel;
using Union.Host.Tunnel.Preface;

namespace Union.Host.Tests.Forwarding;

/// <summary>Both planes on loopback, with a data service of one method behind the forwarder.</summary>
internal sealed class ForwardingFixture : IAsyncDisposable, IClusterDirectory, ICallerAuthentication
{
    private readonly TemporaryFolder _folder = new();
    private readonly AssertionSigner _signer;

    private ForwardingFixture(TimeProvider time) => _signer = AssertionSigner.Open(_folder.In("keys"), time);

    public ControlPlaneFixture Control { get; private set; } = null!;

    public ClusterFixture Cluster { get; private set; } = null!;

    /// <summary>Who the caller is now; null is nobody.</summary>
    public Principal? Caller { get; set; } = new("ada", "default", [new Grant(Verb.LogsRead), new Grant(Verb.DataWrite)]);

    /// <summary>What the cluster's service does; set before the call.</summary>
    public RequestDelegate Serve { get; set; } = context => Task.CompletedTask;

    public Channel<IHeaderDictionary> Seen { get; } = Channel.CreateUnbounded<IHeaderDictionary>();

    public Uri Clients { get; private set; } = null!;

    public static async Task<ForwardingFixture> StartAsync(TimeProvider? time = null)
    {
        var fixture = new ForwardingFixture(time ?? TimeProvider.System);
        fixture.Control = await ControlPlaneFixture.StartAsync(
            time,
            build: b =>
            {
                b.Services.AddSingleton(fixture._signer).AddForwarder().AddPlainPorts()
                    .AddSingleton<IClusterDirectory>(fixture).AddSingleton<ICallerAuthentication>(fixture);
                b.WebHost.ConfigureKestrel(k => k.ListenPlain(
                    new IPEndPoint(IPAddress.Loopback, 0), listen => listen.Mark(PortKind.Clients)));
            },
            map: a =>
            {
                a.UseRelay();
                a.MapForwarder();
            });
        var addresses = fixture.Control.App.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses;
        fixture.Clients = addresses.Where(a => a.StartsWith("http://127", StringComparison.Ordinal))
            .Select(a => new Uri(a)).First(a => a.Port != 0 && a.Port != fixture.Control.Port);
        await fixture.StartClusterAsync();
        return fixture;
    }

    public HttpRequestMessage NewRequest(
        string contentType = "application/proto", string method = "flyteidl2.dataproxy.DataProxyService/TailLogs",
        byte[]? body = null)
    {
        var content = new ByteArrayContent(body ?? []);
        content.Headers.TryAddWithoutValidation("content-type", contentType);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(Clients, $"/dp/{Cluster.Id}/{method}"))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public static HttpClient NewClient() => new();

    public ValueTask<bool> ExistsAsync(string org, string clusterId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(org == "default" && clusterId == Cluster.Id);

    /// <summary>The clusters of runs; every other call goes to the only one.</summary>
    public Dictionary<RunId, string> Runs { get; } = [];

    public Task<string> RouteAsync(string org, RunId? run, CancellationToken cancellationToken) =>
        Task.FromResult(run is null ? Cluster.Id : Runs.GetValueOrDefault(run, "none"));

    public ValueTask<Principal?> AuthenticateAsync(HttpContext context) => ValueTask.FromResult(Caller);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Control.DisposeAsync();
        _signer.Dispose();
        _folder.Dispose();
    }

    private async Task StartClusterAsync()
    {
        var credentials = await ClusterFixture.EnrollAsync(Control, _folder.In("cluster"));
        var keys = PinnedAssertionKeys.Open(_folder.In("cluster/assertion-keys.json"));
        keys.Accept(_signer.Keys);
        Cluster = await ClusterFixture.StartAsync(
            credentials,
            time: Control.Time,
            build: b => b.Services.AddSingleton(new AssertionVerifier(keys, Control.Time)).AddScoped<Caller>(),
            map: a =>
            {
                a.UseAssertions();
                a.Use((context, next) =>
                {
                    if (context.Request.Path.StartsWithSegments("/union.cluster.v1.Cluster", StringComparison.Ordinal))
                    {
                        return next(context);
                    }

                    // A copy: the server uses the dictionary again for its next request.
                    Seen.Writer.TryWrite(new HeaderDictionary(context.Request.Headers.ToDictionary()));
                    return Serve(context);
                });
            });
        await Control.NextConnectedAsync();
    }
}
