using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using BenchmarkDotNet.Attributes;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.Pipeline;
using Union.Providers.Aws.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>
/// The call that signs a page of links, as a cluster serves it: through the pipeline, each reference resolved against its
/// project and held to the policy, beside a call for each. The journal and the wire are left out.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls CleanUp.")]
public class PageSigning
{
    internal const int Page = CreateLinks.MostReferences;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("union-bench-");
    private S3ObjectStore _store = null!;
    private ServiceProvider _provider = null!;
    private string[] _references = [];
    private string[] _first = [];

    [GlobalSetup]
    public void SetUp()
    {
        var credentials = new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        var options = new S3ObjectStoreOptions { Bucket = "some-bucket", Region = "eu-central-1" };
        _store = new S3ObjectStore(options, credentials, TimeProvider.System);
        var layout = new ObjectLayout();
        var services = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System)
            .AddSingleton<IAuditLog, NoJournal>().AddSingleton<IObjectStore>(_store);
        services.AddUseCases("Union.Core.ComputePlane");
        services.AddDataUseCases(
            new DataPolicy { UrlsPerMinute = int.MaxValue }, layout, Path.Combine(_folder.FullName, "digest.key"));
        _provider = services.BuildServiceProvider();
        var attempt = new AttemptId(new ActionId(new RunId("acme", "weather", "production", "r0123456789"), "a0"), 1);
        _references =
            [.. Enumerable.Range(0, Page).Select(i => _store.ReferenceTo(layout.Attempt(attempt).Append($"raw/{i}")).ToString())];
        _first = _references[..1];
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _provider.Dispose();
        _store.Dispose();
        _folder.Delete(recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Page)]
    public int OneCall() => Send(_references);

    [Benchmark]
    public int ACallForEach() => Send(_first);

    private int Send(string[] references)
    {
        using var scope = _provider.CreateScope();
        scope.ServiceProvider.GetRequiredService<Caller>().Become(
            new Principal("ann", "acme", [new Grant(Verb.DataRead)]), "r1");
        var links = scope.ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CreateLinks("weather", "production", references, null)).GetAwaiter().GetResult();
        return links.Results.All(link => link.Link is not null)
            ? links.Results.Count
            : throw new InvalidOperationException("A link was refused.");
    }

    private sealed class NoJournal : IAuditLog
    {
        public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
