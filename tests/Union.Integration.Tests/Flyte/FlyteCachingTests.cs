using Flyteidl2.Core;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Task = System.Threading.Tasks.Task;

namespace Union.Integration.Tests.Flyte;

/// <summary>Cached tasks of a stock client: one whose outcome no second execution could repeat.</summary>
public sealed class FlyteCachingTests(SharedInstallation shared) : IDisposable
{
    private readonly StockClient _client = new(shared.Running);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Run_OfTheSameInputs_TakesTheResultOverAndSaysSo()
    {
        var spec = Cached("1");

        var first = await EndAsync(spec, 1);
        var second = await EndAsync(spec, 1);
        var otherInput = await EndAsync(spec, 2);
        var otherVersion = await EndAsync(Cached("2"), 1);

        Assert.Equal(
            (CatalogCacheStatus.CachePopulated, CatalogCacheStatus.CacheHit), (first.Status.CacheStatus, second.Status.CacheStatus));
        Assert.Equal(await ValueAsync(first), await ValueAsync(second));
        var values = new[] { await ValueAsync(first), await ValueAsync(otherInput), await ValueAsync(otherVersion) };
        Assert.Equal(3, values.Distinct().Count());
    }

    [Fact]
    public async Task Runs_AtTheSameTime_ComputeOnce()
    {
        var spec = Cached("1");

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SubmitAsync(spec, 3)));
        var ended = await Task.WhenAll(runs.Select(run => _client.EndAsync(run)));

        Assert.Single(ended, e => e.Status.CacheStatus == CatalogCacheStatus.CachePopulated);
        Assert.Single((await Task.WhenAll(ended.Select(ValueAsync))).Distinct());
    }

    private static TaskSpec Cached(string version)
    {
        var spec = StockClient.SpecOf("random");
        spec.TaskTemplate.Metadata.Discoverable = true;
        spec.TaskTemplate.Metadata.DiscoveryVersion = version;
        spec.TaskTemplate.Metadata.CacheSerializable = true;
        return spec;
    }

    private Task<string> SubmitAsync(TaskSpec spec, long x) => _client.SubmitAsync(spec, null, StockClient.Number("x", x));

    private async Task<ActionDetails> EndAsync(TaskSpec spec, long x) => await _client.EndAsync(await SubmitAsync(spec, x));

    private async Task<long> ValueAsync(ActionDetails ended) =>
        Assert.Single(await _client.OutputsAsync(ended)).Scalar.Primitive.Integer;
}
