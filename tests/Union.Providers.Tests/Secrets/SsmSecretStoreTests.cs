using Amazon.Runtime;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Aws.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class SsmSecretStoreTests : RemoteSecretStoreContract
{
    private readonly FakeAws _aws = new("ssm", new FakeTimeProvider(TimeProvider.System.GetUtcNow()))
    {
        SigningClock = TimeProvider.System,
    };

    private FakeParameterStore _parameters = null!;
    private FakeServer _server = null!;

    // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    protected override (string Provider, int Text, int Other) Documented => ("ssm", 8 * 1024, 6_138);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(FakeAws.SecretKey);

    [Fact]
    public async Task Put_AnyName_IsAReadablePathBelowThePrefix()
    {
        using var test = await CreateAsync();

        await test.Store.PutAsync(Name("my_secret"), Value("text"), PutSecret.CreateOnly, Cancel);
        await test.Store.PutAsync(new SecretName(new("acme", null, null), "_"), Value("x"), PutSecret.CreateOnly, Cancel);

        Assert.Equal(["/union/acme/_/_/__", "/union/acme/p/dev/my_secret"], _parameters.Names);
        Assert.Equal("text", _parameters.RawValueOf("/union/acme/p/dev/my_secret"));
    }

    [Fact]
    public async Task Get_OlderVersion_IsReadBack()
    {
        using var test = await CreateAsync();
        var first = await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.Equal("one", await GetAsync(test.Store, Name("a"), first));
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), "3", Cancel));
    }

    [Fact]
    public async Task Calls_WithAWrongKey_AreUnauthenticated()
    {
        using var test = await CreateAsync("another");

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);
    }

    [Theory]
    [InlineData("PutParameter")]
    [InlineData("GetParameter")]
    [InlineData("DescribeParameters")]
    [InlineData("DeleteParameter")]
    public async Task Call_WithoutItsPermission_NamesIt(string operation)
    {
        using var test = await CreateAsync();
        _aws.Denied.Add(operation);

        await DeniedNamesAsync($"ssm:{operation}", operation switch
        {
            "PutParameter" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "GetParameter" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "DescribeParameters" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Theory]
    [InlineData("ThrottlingException", "Rate exceeded", SecretStoreError.Throttled)]
    [InlineData("InternalServerError", "", SecretStoreError.Unavailable)]
    [InlineData("InvalidKeyId", "", SecretStoreError.Misconfigured)]
    [InlineData("ExpiredTokenException", "The security token included in the request is expired", SecretStoreError.Unauthenticated)]
    [InlineData("InvalidSignatureException", "Signature not yet current: ...", SecretStoreError.ClockSkewed)]
    public async Task Calls_OnAFailure_SayWhichKind(string code, string message, SecretStoreError error)
    {
        using var test = await CreateAsync();
        _server.Outage = FakeAws.Fail(code, message);

        await EveryCallRefusedAsync(test.Store, error);
    }

    [Fact]
    public async Task Get_WithoutTheKeysPermission_NamesThat()
    {
        using var test = await CreateAsync();
        _server.Outage = FakeAws.Fail("AccessDeniedException", "The ciphertext refers to a key; not authorized to perform: kms:Decrypt");

        await DeniedNamesAsync("kms:Decrypt", () => test.Store.GetAsync(Name("a"), null, Cancel));
    }

    [Fact]
    public async Task Calls_WhenNothingListens_AreUnavailable()
    {
        using var test = await CreateAsync();
        _server.Dispose();

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unavailable);
    }

    private async Task<SecretStoreUnderTest> CreateAsync(string key)
    {
        _parameters = new FakeParameterStore(_aws);
        _server = await FakeServer.StartAsync(_parameters.Handle);
        var options = new AwsSecretStoreOptions
        {
            Region = FakeAws.Region,
            Endpoint = _server.Url,
            Credentials = new SessionAWSCredentials(FakeAws.AccessKey, key, FakeAws.Token),
        };
        return new SecretStoreUnderTest(new SsmSecretStore(options, _aws.Time), _aws.Time, _server.Dispose)
        {
            Another = new SsmSecretStore(options, _aws.Time),
            Calls = () => _server.Calls.Count,
        };
    }
}
