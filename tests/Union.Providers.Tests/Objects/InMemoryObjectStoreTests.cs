using Microsoft.Extensions.Time.Testing;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Objects;

public sealed class InMemoryObjectStoreTests : ObjectStoreContract
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync()
    {
        var time = new FakeTimeProvider();
        var store = new InMemoryObjectStore(time);
        return new(new ObjectStoreUnderTest(store, store.CreateClient(), time.Advance, pageSize: 20));
    }
}

public sealed class InMemoryObjectStoreWithoutBoundsTests : ObjectStoreContract
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync()
    {
        var time = new FakeTimeProvider();
        var store = new InMemoryObjectStore(time, bindsUploads: false);
        return new(new ObjectStoreUnderTest(store, store.CreateClient(), time.Advance, pageSize: 20));
    }
}
