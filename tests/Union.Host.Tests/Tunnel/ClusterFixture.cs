using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Contracts.Cluster.V1;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tests.Tunnel;

/// <summary>A compute plane's end of the tunnel on a real Kestrel that listens on nothing but the tunnel.</summary>
internal sealed class ClusterFixture : IAsyncDisposable
{
    private ClusterFixture(WebApplication app, ClusterCredentials credentials) => (App, Credentials) = (app, credentials);

    public WebApplication App { get; }

    public ClusterCredentials Credentials { get; }

    public string Id => Credentials.Current.Identity.ClusterId;

    public static async Task<ClusterCredentials> EnrollAsync(ControlPlaneFixture control, string folder)
    {
        using var dialer = new ControlPlaneDialer(control.Time, NullLoggerFactory.Instance);
        var client = new EnrollClient(dialer, control.Time);
        return await ClusterCredentials.EnrollAsync(
            control.NewToken(), folder, client, control.Time, TestContext.Current.CancellationToken);
    }

    public static async Task<ClusterFixture> StartAsync(
        ClusterCredentials credentials, int slots = 1, TimeProvider? time = null,
        Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System).AddSingleton(credentials);
        builder.Services.AddTunnel(new TunnelOptions { Jitter = () => 0 });
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenTunnel(slots));
        build?.Invoke(builder);
        var app = builder.Build();
        map?.Invoke(app);
        app.MapGrpcService<FakeCluster>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ClusterFixture(app, credentials);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await App.StopAsync(now.Token);
        await App.DisposeAsync();
    }
}

internal sealed class FakeCluster : Cluster.ClusterBase
{
    public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context) =>
        Task.FromResult(new ProbeResponse { BinaryVersion = "1.2.3" });

    public override Task<PutPrivateResponse> PutPrivate(PutPrivateRequest request, ServerCallContext context) =>
        Task.FromResult(new PutPrivateResponse { Digest = $"{request.Content.Length}" });
}
