using Npgsql;
using Union.Core.Boundary;
using Union.Core.ControlPlane;
using Union.Core.ControlPlane.Database;
using Union.Core.Storage;
using Union.Testing.Servers;

namespace Union.Core.Tests.ControlPlane.Database;

public sealed class PostgresOpeningTests
{
    [Fact]
    public async Task Open_TenReplicasOnAnEmptyDatabase_AllStart()
    {
        var options = await (await TestDatabases.PostgresAsync()).CreateDatabaseAsync();

        var opened = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => OpenAsync(options))));

        foreach (var database in opened)
        {
            await database.DisposeAsync();
        }

        Assert.Empty(MetadataSchema.Missing(await MetadataSchema.OfAsync(options, ControlPlaneFixture.Cancel)));
    }

    [Fact]
    public async Task Open_NewerDatabase_IsRefusedNamingBoth()
    {
        var options = await TestDatabases.MigratedAsync();
        await ExecuteAsync(options, "insert into schemaversions (scriptname, applied) values ('9999_future.sql', now())");

        var thrown = await Assert.ThrowsAsync<UnionException>(() => OpenAsync(options));

        Assert.Equal("database_newer", thrown.Reason);
        Assert.Contains("9999_future.sql", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(MetadataSchema.Newest, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OlderDatabaseAndNobodyMigrates_IsRefused()
    {
        var options = await (await TestDatabases.PostgresAsync()).CreateDatabaseAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => OpenAsync(options with { Migrations = null }));

        Assert.Equal("database_older", thrown.Reason);
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("union_owner")]
    public async Task Open_RoleThatCouldCrossOrgs_IsRefused(string role)
    {
        var options = await TestDatabases.MigratedAsync();
        var database = new NpgsqlConnectionStringBuilder(options.Connection.Reveal()).Database!;
        var strong = new SecretValue((await TestDatabases.PostgresAsync()).ConnectionString(database, role));

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => OpenAsync(options with { Connection = strong, Migrations = null }));

        Assert.Equal("database_role_strong", thrown.Reason);
    }

    [Fact]
    public async Task Open_Connection_IsEncryptedAndVerified()
    {
        var options = await TestDatabases.MigratedAsync();
        var text = options.Connection.Reveal();
        await using var database = await OpenAsync(options);
        await using var connection = await database.Postgres!.Source.OpenConnectionAsync(ControlPlaneFixture.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

        var encrypted = await command.ExecuteScalarAsync(ControlPlaneFixture.Cancel);
        var unverified = new SecretValue(text[..text.IndexOf(";Root", StringComparison.Ordinal)]);
        var thrown = await Assert.ThrowsAsync<UnionException>(() => OpenAsync(options with { Connection = unverified, Migrations = null }));

        Assert.Equal(true, encrypted);
        Assert.Equal("database_unreachable", thrown.Reason);
    }

    [Theory]
    [InlineData("Host=db.example.com;Username=u;Password=hunter2;SSL Mode=Prefer", "database_plaintext")]
    [InlineData("Host=db.example.com,127.0.0.1;Username=u;Password=hunter2;sslmode=disable", "database_plaintext")]
    [InlineData("Host=db.example.com;Password=hunter2", "database_connection_malformed")]
    [InlineData("hunter2", "database_connection_malformed")]
    [InlineData("Host=x;Username=u;hunter2=hunter2", "database_connection_malformed")]
    public void Parse_UnsafeOrMalformed_IsRefusedWithoutRepeatingIt(string text, string reason)
    {
        var thrown = Assert.Throws<UnionException>(() => PostgresConnection.Parse(new SecretValue(text), "the.key"));

        Assert.Equal(reason, thrown.Reason);
        Assert.DoesNotContain("hunter2", thrown.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db.example.com;Username=u", SslMode.VerifyFull)]
    [InlineData("Host=127.0.0.1;Username=u;SSL Mode=Disable", SslMode.Disable)]
    [InlineData("Host=/run/postgresql;Username=u", SslMode.Disable)]
    [InlineData("Host=db.example.com;Username=u;SSL Mode=VerifyCA", SslMode.VerifyCA)]
    public void Parse_TlsUnlessItStaysOnThisMachine(string text, SslMode expected) =>
        Assert.Equal(expected, PostgresConnection.Parse(new SecretValue(text), "the.key").SslMode);

    [Fact]
    public async Task Write_ServerGone_IsUnavailableAndWorksAgainLater()
    {
        await using var server = new PostgresServer(durable: true);
        await server.InitializeAsync();
        Assert.SkipWhen(server.Absent is not null, server.Absent ?? "");
        await using var database = await OpenAsync(await server.CreateDatabaseAsync());
        await database.EnsureDefaultsAsync("default", DateTimeOffset.UnixEpoch, ControlPlaneFixture.Cancel);

        await server.KillAsync();
        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => database.EnsureDefaultsAsync("other", DateTimeOffset.UnixEpoch, ControlPlaneFixture.Cancel));
        await server.StartAsync();
        await database.EnsureDefaultsAsync("other", DateTimeOffset.UnixEpoch, ControlPlaneFixture.Cancel);

        Assert.Equal(ErrorCode.Unavailable, thrown.Code);
    }

    private static Task<MetadataDatabase> OpenAsync(PostgresOptions options) =>
        MetadataDatabase.OpenAsync(options, TimeProvider.System, ControlPlaneFixture.Cancel);

    private static async Task ExecuteAsync(PostgresOptions options, string sql)
    {
        var database = new NpgsqlConnectionStringBuilder(options.Connection.Reveal()).Database!;
        await (await TestDatabases.PostgresAsync()).ExecuteAsync(database, sql);
    }
}
