using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Core.Tests.ControlPlane;
using Union.Testing.Servers;

[assembly: AssemblyFixture(typeof(TestDatabases))]

namespace Union.Core.Tests.ControlPlane;

/// <summary>
/// One PostgreSQL for all tests, started by the first that needs it. With UNION_TESTS_DATABASE=postgres every control
/// plane of these tests lives on it, otherwise on a SQLite file.
/// </summary>
public sealed class TestDatabases : IAsyncLifetime
{
    private static readonly Lazy<Task<(PostgresServer Server, PostgresOptions? Template)>> Started = new(StartAsync);

    public static bool OnPostgres { get; } = Environment.GetEnvironmentVariable("UNION_TESTS_DATABASE") == "postgres";

    /// <summary>Skips the test, with the reason, where there is no PostgreSQL.</summary>
    public static async Task<PostgresServer> PostgresAsync()
    {
        var (server, _) = await Started.Value;
        Assert.SkipWhen(server.Absent is not null, server.Absent ?? "");
        return server;
    }

    /// <summary>A migrated database of the test's own.</summary>
    public static async Task<PostgresOptions> MigratedAsync()
    {
        var server = await PostgresAsync();
        return await server.CreateDatabaseAsync((await Started.Value).Template);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Started.IsValueCreated)
        {
            await (await Started.Value).Server.DisposeAsync();
        }
    }

    // Migrating once and copying is ten times faster than migrating for each test.
    private static async Task<(PostgresServer Server, PostgresOptions? Template)> StartAsync()
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        if (server.Absent is not null)
        {
            return (server, null);
        }

        var template = await server.CreateDatabaseAsync();
        await MetadataSchema.MigrateAsync(template, CancellationToken.None);
        return (server, template);
    }
}
