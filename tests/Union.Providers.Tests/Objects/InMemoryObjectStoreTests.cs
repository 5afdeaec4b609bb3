using Microsoft.Extensions.Time.Testing;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Objects;

public sealed class InMemoryObjectStoreTests : ObjectStoreContract
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync() => new(InMemory.Open(bindsUploads: true));
}

public sealed class InMemoryObjectStoreWithoutBoundsTests : ObjectStoreContract
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync() => new(InMemory.Open(bindsUploads: false));
}

internal static class InMemory
{
    private const string Ticket = "A ticket is drawn and not signed: it has no parts.";

    public static ObjectStoreUnderTest Open(bool bindsUploads)
    {
        var time = new FakeTimeProvider();
        var store = new InMemoryObjectStore(time, bindsUploads);
        return new ObjectStoreUnderTest(store, store.CreateClient(), time.Advance, pageSize: 20)
        {
            Without = new Dictionary<Misuse, string>
            {
                [Misuse.OtherKey] = Ticket,
                [Misuse.LongerLifetime] = Ticket,
                [Misuse.TamperedQuery] = Ticket,
                [Misuse.AddedParameter] = Ticket,
                [Misuse.DroppedSignedHeader] = Ticket,
                [Misuse.EndedCredential] = "Nobody signs.",
            },
        };
    }
}
