using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;

namespace Union.Testing.Orchestration;

/// <summary>One control plane without its ports: its use cases over a database that other replicas may use too.</summary>
public sealed class Replica : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _authority;
    private readonly ServiceProvider _services;
    private readonly ChangeFeed _feed;

    public Replica(MetadataDatabase database)
    {
        Database = database;
        _authority = CertificateAuthority.Open(
            new CertificateAuthorityOptions { Folder = _folder["keys"] }, TimeProvider.System);
        _services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IClusterConnections>(new NoConnections())
            .AddSingleton(_authority)
            .AddSingleton(new ClusterAddress("127.0.0.1:8701"))
            .AddControlPlane(database)
            .BuildServiceProvider();
        _feed = _services.GetServices<IHostedService>().OfType<ChangeFeed>().Single();
    }

    public MetadataDatabase Database { get; }

    /// <summary>Wake-ups from and to other replicas.</summary>
    public Task StartAsync() => _feed.StartAsync(CancellationToken.None);

    /// <summary>The default project and a new cluster.</summary>
    public async Task<ClusterIdentity> EnrollAsync(string name)
    {
        await Database.EnsureDefaultsAsync("default", TimeProvider.System.GetUtcNow(), CancellationToken.None);
        var created = await AsUserAsync(new CreateJoinToken(name, null));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        return (await SendAsync(
            new EnrollCluster(created.Token.Id, created.Token.Secret, request), caller => caller.BecomeSystem())).Cluster;
    }

    public Task<T> AsUserAsync<T>(IRequest<T> request, string requestId = "") => SendAsync(
        request,
        caller => caller.Become(
            new Principal("bench", "default", [.. Enum.GetValues<Verb>().Where(v => v != Verb.None).Select(v => new Grant(v))]),
            requestId));

    public Task<T> AsClusterAsync<T>(ClusterIdentity cluster, IRequest<T> request) =>
        SendAsync(request, caller => caller.Become(cluster));

    public async ValueTask DisposeAsync()
    {
        await _feed.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task<T> SendAsync<T>(IRequest<T> request, Action<Caller> become)
    {
        await using var scope = _services.CreateAsyncScope();
        become(scope.ServiceProvider.GetRequiredService<Caller>());
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    private sealed class NoConnections : IClusterConnections
    {
        public bool IsOnline(string clusterId) => true;

        public void Disconnect(string clusterId)
        {
            // Nothing is connected.
        }
    }
}
