namespace Union.Integration.Tests.Flyte;

/// <summary>Two planes for all tests of a class, with a client as stock ones are.</summary>
public sealed class FlytePlanes : IAsyncLifetime
{
    internal UnionInstallation Union { get; private set; } = null!;

    internal StockClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Union = await UnionInstallation.StartAsync();
        Client = new StockClient(Union);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Union.DisposeAsync();
    }
}
