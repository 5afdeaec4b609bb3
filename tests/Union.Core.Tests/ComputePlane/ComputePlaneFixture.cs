using System.Collections.Concurrent;
using System.Text;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Secrets;
using Union.Core.Pipeline;
using Union.Core.Tests.ComputePlane.Objects;
using Union.Testing.Objects;
using Union.Testing.Secrets;

namespace Union.Core.Tests.ComputePlane;

/// <summary>The data use cases behind the real pipeline, on stores in memory.</summary>
internal sealed class ComputePlaneFixture : IDisposable, IAuditLog
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-core-");
    private readonly ServiceProvider _services;

    public ComputePlaneFixture(DataPolicy? policy = null, InMemoryObjectStore? objects = null)
    {
        Objects = objects ?? new InMemoryObjectStore(Time);
        Secrets = new InMemorySecretStore(Time);
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<IAuditLog>(this);
        services.AddSingleton<IObjectStore>(Objects);
        services.AddSingleton<ISecretStore>(Secrets);
        services.AddSingleton<Contracts.Cluster.V1.Coordinator.CoordinatorClient>(Coordinator);
        services.AddUseCases("Union.Core.ComputePlane");
        services.AddDataUseCases(policy ?? new DataPolicy(), Layout, Path.Combine(_folder.FullName, "digest.key"));
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public static ProjectScope Scope { get; } = new("acme", "p", "dev");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new();

    public ObjectLayout Layout { get; } = new();

    public InMemoryObjectStore Objects { get; }

    public InMemorySecretStore Secrets { get; }

    public BundleCoordinator Coordinator { get; } = new();

    public ConcurrentQueue<AuditEntry> Audit { get; } = [];

    /// <summary>Sends as somebody of org acme with every verb, or with the given grants.</summary>
    public Task<T> SendAsync<T>(IUseCase<T> request, params Grant[] grants) => SendAsync(request, "acme", grants);

    public async Task<T> SendAsync<T>(IUseCase<T> request, string org, params Grant[] grants)
    {
        using var scope = _services.CreateScope();
        var all = grants.Length > 0 ? grants : [.. Enum.GetValues<Verb>().Select(v => new Grant(v))];
        scope.ServiceProvider.GetRequiredService<Caller>().Become(new Principal("ann", org, all), "r1");
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, Cancel);
    }

    public async Task<T> SendAsSystemAsync<T>(IUseCase<T> request)
    {
        using var scope = _services.CreateScope();
        scope.ServiceProvider.GetRequiredService<Caller>().BecomeSystem();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, Cancel);
    }

    public async Task<UnionException> RefusedAsync<T>(IUseCase<T> request, params Grant[] grants) =>
        await Assert.ThrowsAsync<UnionException>(() => SendAsync(request, grants));

    public Task PutAsync(string key, byte[] content) =>
        Objects.PutAsync(ObjectKey.Parse(key), new MemoryStream(content), PutMode.Replace, Cancel);

    public Task PutAsync(string key, string content) => PutAsync(key, Encoding.UTF8.GetBytes(content));

    public string UriOf(string key) => Objects.ReferenceTo(ObjectKey.Parse(key)).ToString();

    public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        Audit.Enqueue(entry);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Delete(recursive: true);
    }
}
