using Union.Testing.Servers;

namespace Union.Faults.Tests;

/// <summary>A server with durability on, which the tests may kill.</summary>
public sealed class PostgresServerFixture : IAsyncLifetime
{
    public PostgresServer Server { get; } = new(durable: true);

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
