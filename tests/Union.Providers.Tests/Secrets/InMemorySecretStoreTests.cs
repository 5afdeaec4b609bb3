using Microsoft.Extensions.Time.Testing;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class InMemorySecretStoreTests : SecretStoreContract
{
    // Takes what the least of the others that hold text takes.
    protected override (string Provider, int Text, int Other) Documented => ("", 25_000, 25_000);

    protected override ValueTask<SecretStoreUnderTest> CreateAsync()
    {
        var time = new FakeTimeProvider();
        return new(new SecretStoreUnderTest(new InMemorySecretStore(time), time));
    }
}
