using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>
/// What every object store keeps; an adapter adds how to make an empty one. One class in parts, so that a server that
/// takes long to start is started once.
/// </summary>
public abstract partial class ObjectStoreContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty store. Each test gets its own.</summary>
    protected abstract ValueTask<ObjectStoreUnderTest> CreateAsync();

    /// <summary>What the doctor does to a store is what a cluster does, so every store stands it.</summary>
    [Fact]
    public async Task Probe_OnAWorkingStore_FindsNothingWrong()
    {
        await using var test = await CreateAsync();

        var results = await new ObjectStoreProbe(test.Store, test.Client, null, TimeProvider.System).RunAsync(Cancel).ToListAsync(Cancel);

        Assert.DoesNotContain(results, r => r.State is CheckState.Failed or CheckState.Warning);
        Assert.Contains(results, r => r is { Name: "objects.fetch", State: CheckState.Ok });
        foreach (var inspection in (test.Store as IInspectedStore)?.Inspections ?? [])
        {
            Assert.Contains(results, r => r.Name == $"objects.{inspection.Name}");
        }

        Assert.Empty(await test.Store.ListAsync(Key("union"), Cancel).ToListAsync(Cancel));
    }

    protected static ObjectKey Key(string text) => ObjectKey.Parse(text);

    protected static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    protected static PresignGrant Get(string key) => new(PresignVerb.Get, Key(key), TimeSpan.FromMinutes(5));

    protected static async Task<string> ReadAsync(IObjectStore store, string key, long offset = 0)
    {
        await using var stream = await store.OpenReadAsync(Key(key), offset, Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancel);
    }

    protected static async Task<List<string>> ListAsync(IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(Key(prefix), Cancel))
        {
            keys.Add(found.Key.ToString());
        }

        return keys;
    }
}
