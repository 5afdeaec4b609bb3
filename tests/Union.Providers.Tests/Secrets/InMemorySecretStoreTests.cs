using Microsoft.Extensions.Time.Testing;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class InMemorySecretStoreTests : SecretStoreContract
{
    protected override ValueTask<SecretStoreUnderTest> CreateAsync()
    {
        var time = new FakeTimeProvider();
        return new(new SecretStoreUnderTest(new InMemorySecretStore(time), time));
    }
}
