using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class RoutedObjectStoreTests : IDisposable
{
    private const string Project = "union/v1/acme/p/d";

    private readonly InMemoryObjectStore _rest = new(new FakeTimeProvider());
    private readonly InMemoryObjectStore _code = new(new FakeTimeProvider(), bindsUploads: false);
    private readonly InMemoryObjectStore _logs = new(new FakeTimeProvider());
    private readonly RoutedObjectStore _store;

    public RoutedObjectStoreTests() => _store = new RoutedObjectStore(
        _rest,
        new Dictionary<ArtifactKind, IObjectStore> { [ArtifactKind.Code] = _code, [ArtifactKind.Logs] = _logs },
        new ObjectLayout());

    public void Dispose() => _store.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("code/00ff/bundle.tgz", ArtifactKind.Code)]
    [InlineData("inputs/ab/inputs.pb", ArtifactKind.Inputs)]
    [InlineData("private/ab.pb", ArtifactKind.Inputs)]
    [InlineData("runs/r/a0/inputs.pb", ArtifactKind.Inputs)]
    [InlineData("runs/r/a0/1/outputs.pb", ArtifactKind.Outputs)]
    [InlineData("runs/r/a0/1/raw/code/x", ArtifactKind.Outputs)]
    [InlineData("runs/r/a0/1/report.html", ArtifactKind.Reports)]
    [InlineData("runs/r/a0/1/logs/1-1.jsonl.gz", ArtifactKind.Logs)]
    [InlineData("runs/r/a0/1/logs", ArtifactKind.Logs)]
    [InlineData("runs/r/a0", null)]
    [InlineData("runs", null)]
    public void KindOf_EveryPlaceOfTheLayout_IsKnown(string relative, ArtifactKind? kind) =>
        Assert.Equal(kind, new ObjectLayout().KindOf(ObjectKey.Parse($"{Project}/{relative}")));

    [Fact]
    public async Task Put_GoesToTheBucketOfItsKind_AndIsListedWithTheOthersInOrder()
    {
        foreach (var relative in new[] { "runs/r/a0/1/outputs.pb", "runs/r/a0/1/logs/1.gz", "runs/r/a0/1/raw/x", "code/00/f" })
        {
            await _store.PutAsync(Key(relative), new MemoryStream([1]), PutMode.Replace, Cancel);
        }

        Assert.Equal([$"{Project}/code/00/f"], await ListAsync(_code, "code"));
        Assert.Equal([$"{Project}/runs/r/a0/1/logs/1.gz"], await ListAsync(_logs, "runs"));
        Assert.Equal(
            [$"{Project}/runs/r/a0/1/logs/1.gz", $"{Project}/runs/r/a0/1/outputs.pb", $"{Project}/runs/r/a0/1/raw/x"],
            await ListAsync(_store, "runs/r"));
        Assert.Equal([$"{Project}/runs/r/a0/1/logs/1.gz"], await ListAsync(_store, "runs/r/a0/1/logs"));
    }

    [Fact]
    public void Capabilities_AreThoseThatEveryBucketHas() =>
        Assert.False(_store.Capabilities.PresignBindsContentMd5);

    private static ObjectKey Key(string relative) => ObjectKey.Parse($"{Project}/{relative}");

    private static async Task<List<string>> ListAsync(IObjectStore store, string relative)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(Key(relative), Cancel))
        {
            keys.Add(found.Key.ToString());
        }

        return keys;
    }
}
