using System.Globalization;
using Amazon.Runtime;
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
/// project and held to the policy, beside the same number of calls for one link each.
/// </summary>
internal static class PageBench
{
    private const int Page = CreateLinks.MostReferences;

    public static async Task RunAsync(FigureWriter writer)
    {
        var folder = Directory.CreateTempSubdirectory("union-bench-");
        try
        {
            await MeasureAsync(writer, Path.Combine(folder.FullName, "digest.key"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(FigureWriter writer, string key)
    {
        var credentials = new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        var options = new S3ObjectStoreOptions { Bucket = "some-bucket", Region = "eu-central-1" };
        using var store = new S3ObjectStore(options, credentials, TimeProvider.System);
        var layout = new ObjectLayout();
        var services = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System)
            .AddSingleton<IAuditLog, NoJournal>().AddSingleton<IObjectStore>(store);
        services.AddUseCases("Union.Core.ComputePlane");
        services.AddDataUseCases(new DataPolicy { UrlsPerMinute = int.MaxValue }, layout, key);
        await using var provider = services.BuildServiceProvider();
        var attempt = new AttemptId(new ActionId(new RunId("acme", "weather", "production", "r0123456789"), "a0"), 1);
        string[] references =
            [.. Enumerable.Range(0, Page).Select(i => store.ReferenceTo(layout.Attempt(attempt).Append($"raw/{i}")).ToString())];

        var turns = new Turns();
        var page = turns.Add(() => Send(references), Page);
        var single = turns.Add(() => Send(references[..1]));
        turns.Run();

        writer.Write(Figure.Plain(
            $"one call for a page of {Page}", 1000 * Page / page.PerSecond, "ms",
            string.Create(CultureInfo.InvariantCulture, $"{page.PerSecond:0} URL/s; a call for each {single.PerSecond:0}/s, journal and wire not counted")));
        writer.Write(Figure.Plain("one call for a page: allocated for each URL", page.Bytes, "B"));

        void Send(string[] wanted)
        {
            using var scope = provider.CreateScope();
            scope.ServiceProvider.GetRequiredService<Caller>().Become(
                new Principal("ann", "acme", [new Grant(Verb.DataRead)]), "r1");
            var links = scope.ServiceProvider.GetRequiredService<IMediator>()
                .Send(new CreateLinks("weather", "production", wanted, null)).GetAwaiter().GetResult();
            if (links.Results.Any(link => link.Link is null))
            {
                throw new InvalidOperationException("A link was refused.");
            }
        }
    }

    private sealed class NoJournal : IAuditLog
    {
        public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
