using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Accepting;
using Union.Host.Tunnel.Enrolling;
using EnrolledCluster = Union.Host.Tunnel.Enrolling.EnrolledCluster;

namespace Union.Host.Tests.Tunnel;

/// <summary>The control plane's side of the cluster port on a real Kestrel, with what the database knows in memory.</summary>
internal sealed class ControlPlaneFixture : IAsyncDisposable, IClusterGate, IEnrollment
{
    // Real time, since the sockets are real: only a broken tunnel needs all of it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private readonly Channel<ClusterIdentity> _connected = Channel.CreateUnbounded<ClusterIdentity>();
    private readonly Channel<ClusterIdentity> _lost = Channel.CreateUnbounded<ClusterIdentity>();

    private ControlPlaneFixture(TimeProvider time, string? keys = null)
    {
        Time = time;
        Authority = CertificateAuthority.Open(new CertificateAuthorityOptions { Folder = keys ?? _folder.Path }, time);
    }

    public TimeProvider Time { get; }

    public CertificateAuthority Authority { get; }

    public WebApplication App { get; private set; } = null!;

    public int Port { get; private set; }

    public ConcurrentDictionary<string, SecretValue> Tokens { get; } = new();

    public string Address => $"127.0.0.1:{Port}";

    public TunnelRegistry Registry => App.Services.GetRequiredService<TunnelRegistry>();

    public static async Task<ControlPlaneFixture> StartAsync(
        TimeProvider? time = null, int port = 0, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null, Action<ControlPlaneFixture>? prepare = null)
    {
        var fixture = new ControlPlaneFixture(time ?? TimeProvider.System);
        prepare?.Invoke(fixture);
        await fixture.StartAppAsync(port, build, map);
        return fixture;
    }

    /// <summary>Another one that has the same keys.</summary>
    public async Task<ControlPlaneFixture> StartReplicaAsync()
    {
        var replica = new ControlPlaneFixture(Time, _folder.Path);
        await replica.StartAppAsync(0, null, null);
        return replica;
    }

    public void Revoke(string clusterId)
    {
        _revoked[clusterId] = true;
        Registry.Disconnect(clusterId);
    }

    public ValueTask<bool> IsAdmittedAsync(
        ClusterIdentity cluster, string serialHex, CancellationToken cancellationToken) =>
        ValueTask.FromResult(!_revoked.ContainsKey(cluster.ClusterId));

    public JoinToken NewToken()
    {
        var id = Guid.CreateVersion7().ToString();
        var secret = JoinToken.NewSecret();
        Tokens[id] = secret;
        return new JoinToken(Address, "edge", Authority.KeyHash.Span, id, secret);
    }

    public Task<EnrolledCluster> EnrollAsync(
        string tokenId, SecretValue secret, byte[] signingRequest, CancellationToken cancellationToken)
    {
        if (!Tokens.TryRemove(tokenId, out var expected) || expected.Reveal() != secret.Reveal())
        {
            throw new UnionException(ErrorCode.NotFound, "join_token_used", "That token is used.");
        }

        var identity = new ClusterIdentity(Names.DefaultOrg, Guid.CreateVersion7().ToString());
        var issued = Authority.IssueClient(identity, signingRequest);
        return Task.FromResult(new EnrolledCluster(identity, issued.Certificate, Authority.Trusted.Encoded));
    }

    public async Task<ClusterIdentity> NextConnectedAsync() =>
        await _connected.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    public async Task<ClusterIdentity> NextLostAsync() =>
        await _lost.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    /// <summary>Stops abruptly, and begins again on the same port with the same keys.</summary>
    public async Task RestartAsync()
    {
        await StopAppAsync();
        while (_connected.Reader.TryRead(out _) || _lost.Reader.TryRead(out _))
        {
            // What the old one met says nothing about the new one.
        }

        await StartAppAsync(Port, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAppAsync();
        Authority.Dispose();
        _folder.Dispose();
    }

    private async Task StopAppAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await App.StopAsync(now.Token);
        await App.DisposeAsync();
    }

    private async Task StartAppAsync(int port, Action<WebApplicationBuilder>? build, Action<WebApplication>? map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Time).AddSingleton(Authority).AddSingleton<IClusterGate>(this)
            .AddSingleton<IEnrollment>(this).AddClusterPort();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenClusters(new IPEndPoint(IPAddress.Loopback, port)));
        build?.Invoke(builder);
        App = builder.Build();
        App.UseClusterPort();
        App.MapGrpcService<EnrollApi>();
        App.MapGrpcService<FakeCoordinator>();
        map?.Invoke(App);
        Registry.Connected += c => _connected.Writer.TryWrite(c);
        Registry.Lost += c => _lost.Writer.TryWrite(c);
        await App.StartAsync(TestContext.Current.CancellationToken);
        Port = App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(a => a.StartsWith("https:", StringComparison.Ordinal)).Select(a => new Uri(a)).Single().Port;
    }
}

/// <summary>Answers a renewal as the coordinator would; everything else of it is not needed here.</summary>
internal sealed class FakeCoordinator(CertificateAuthority authority) : Coordinator.CoordinatorBase
{
    public override Task<HelloResponse> Hello(HelloRequest request, ServerCallContext context) =>
        Task.FromResult(new HelloResponse { ClusterId = Connection(context).Cluster.ClusterId });

    public override Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context)
    {
        var issued = authority.IssueClient(Connection(context).Cluster, request.SigningRequest.ToByteArray());
        return Task.FromResult(new RenewResponse
        {
            Certificate = Google.Protobuf.ByteString.CopyFrom(issued.Certificate),
            CaBundle = { authority.Trusted.Encoded.Select(c => Google.Protobuf.ByteString.CopyFrom(c)) },
        });
    }

    private static ClusterConnection Connection(ServerCallContext context) =>
        context.GetHttpContext().Features.Get<ClusterConnection>()!;
}
