[assembly: AssemblyFixture(typeof(Union.Integration.Tests.SharedInstallation))]

namespace Union.Integration.Tests;

/// <summary>One installation for all tests that leave it as they found it: starting one takes seconds.</summary>
public sealed class SharedInstallation : InstallationFixture;

/// <summary>An installation for the tests of one class, which come one after the other.</summary>
public class InstallationFixture : IAsyncLifetime
{
    internal UnionInstallation Running { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Running = await UnionInstallation.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
