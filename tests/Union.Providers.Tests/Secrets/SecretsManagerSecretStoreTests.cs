using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Aws.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class SecretsManagerSecretStoreTests : RemoteSecretStoreContract
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeAws _aws = new("secretsmanager", new FakeTimeProvider(Start));
    private readonly FakeTimeProvider _clusterClock = new(Start);
    private FakeSecretsManager _secrets = null!;
    private FakeServer _server = null!;

    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    protected override (string Provider, int Text, int Other) Documented => ("secretsmanager", 64 * 1024, 64 * 1024);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(_aws.Time, FakeAws.SecretKey);

    [Fact]
    public async Task Get_OlderVersion_IsReadBack()
    {
        using var test = await CreateAsync();
        var first = await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.Equal("one", await GetAsync(test.Store, Name("a"), first));
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), new string('0', 36), Cancel));
    }

    [Fact]
    public async Task Get_SecretOfAnOperatorsOwnTool_IsItsText()
    {
        using var test = await CreateAsync();
        _secrets.Create("union/acme/p/dev/db", "hunter2");

        Assert.Equal("hunter2", await GetAsync(test.Store, Name("db")));
    }

    [Fact]
    public async Task ScheduledForDeletion_IsNotFound_AndItsNameTaken()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        _secrets.ScheduleDeletion("union/acme/p/dev/a");

        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), null, Cancel));
        Assert.Null(await test.Store.FindAsync(Name("a"), Cancel));
        Assert.Empty(await ListAsync(test.Store, Name("a").Scope));
        await RefusedAsync(SecretStoreError.AlreadyExists,
            () => test.Store.PutAsync(Name("a"), Value("two"), PutSecret.CreateOnly, Cancel));
        await RefusedAsync(SecretStoreError.AlreadyExists,
            () => test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel));
    }

    [Fact]
    public async Task Calls_WithAWrongKey_AreUnauthenticated()
    {
        using var test = await CreateAsync(_aws.Time, "another");

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Calls_WithTheClockOff_SaySo(int hours)
    {
        _aws.Time.SetUtcNow(Start.AddDays(1));
        _clusterClock.SetUtcNow(_aws.Time.GetUtcNow().AddHours(hours));
        using var test = await CreateAsync(_clusterClock, FakeAws.SecretKey);

        await EveryCallRefusedAsync(test.Store, SecretStoreError.ClockSkewed);
    }

    [Theory]
    [InlineData("CreateSecret")]
    [InlineData("PutSecretValue")]
    [InlineData("GetSecretValue")]
    [InlineData("ListSecrets")]
    [InlineData("DeleteSecret")]
    public async Task Call_WithoutItsPermission_NamesIt(string operation)
    {
        using var test = await CreateAsync();
        _aws.Denied.Add(operation);

        await DeniedNamesAsync($"secretsmanager:{operation}", operation switch
        {
            "CreateSecret" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "PutSecretValue" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.Replace, Cancel),
            "GetSecretValue" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "ListSecrets" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Theory]
    [InlineData("ThrottlingException", SecretStoreError.Throttled)]
    [InlineData("InternalServiceError", SecretStoreError.Unavailable)]
    [InlineData("DecryptionFailure", SecretStoreError.Denied)]
    public async Task Calls_OnAFailure_SayWhichKind(string code, SecretStoreError error)
    {
        using var test = await CreateAsync();
        _server.Outage = FakeAws.Fail(code);

        await EveryCallRefusedAsync(test.Store, error);
    }

    [Fact]
    public async Task Calls_WhenNothingListens_AreUnavailable()
    {
        using var test = await CreateAsync();
        _server.Dispose();

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unavailable);
    }

    private async Task<SecretStoreUnderTest> CreateAsync(TimeProvider clock, string key)
    {
        _secrets = new FakeSecretsManager(_aws);
        _server = await FakeServer.StartAsync(_secrets.Handle);
        var options = new AwsSecretStoreOptions
        {
            Region = FakeAws.Region,
            Endpoint = _server.Url,
            Credentials = new SessionAWSCredentials(FakeAws.AccessKey, key, FakeAws.Token),
        };
        var store = new SecretsManagerSecretStore(options, clock);
        var another = new SecretsManagerSecretStore(options, clock);
        return new SecretStoreUnderTest(store, _aws.Time, () =>
        {
            _server.Dispose();
            store.Dispose();
            another.Dispose();
        })
        {
            Another = another,
            Calls = () => _server.Calls.Count,
        };
    }
}
