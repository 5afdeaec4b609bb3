using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Gcp.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class GcpSecretStoreTests : RemoteSecretStoreContract
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSecretManager _google;
    private FakeServer _server = null!;

    public GcpSecretStoreTests() => _google = new FakeSecretManager(_time);

    // https://cloud.google.com/secret-manager/quotas
    protected override (string Provider, int Text, int Other) Documented => ("gcp", 64 * 1024, 64 * 1024);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(FakeSecretManager.Token);

    [Fact]
    public void Checksum_Vector_IsCrc32C()
    {
        // RFC 3720, appendix B.4: 32 bytes of zeros, and the digits that every CRC is quoted for.
        Assert.Equal("2324772522", GcpSecretStore.Checksum(new byte[32]));
        Assert.Equal("3808858755", GcpSecretStore.Checksum("123456789"u8));
    }

    [Fact]
    public async Task Put_RefusedVersion_TakesTheSecretBack()
    {
        using var test = await CreateAsync();
        _google.Denied.Add("secretmanager.versions.add");

        await DeniedNamesAsync("secretmanager.versions.add",
            () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel));

        Assert.Empty(_google.Ids);
    }

    [Fact]
    public async Task Get_DestroyedOrDamaged_IsNeverAnotherValue()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);

        _google.DamageChecksum(Assert.Single(_google.Ids));
        await RefusedAsync(SecretStoreError.Unavailable, () => test.Store.GetAsync(Name("a"), null, Cancel));

        _google.DestroyVersions(Assert.Single(_google.Ids));
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), null, Cancel));
    }

    [Fact]
    public async Task Calls_WithoutAValidToken_AreUnauthenticated()
    {
        using var test = await CreateAsync("expired");

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);
    }

    [Theory]
    [InlineData("secrets.create")]
    [InlineData("versions.access")]
    [InlineData("secrets.list")]
    [InlineData("secrets.delete")]
    public async Task Call_WithoutItsPermission_NamesIt(string permission)
    {
        using var test = await CreateAsync();
        _google.Denied.Add($"secretmanager.{permission}");

        await DeniedNamesAsync($"secretmanager.{permission}", permission switch
        {
            "secrets.create" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "versions.access" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "secrets.list" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Theory]
    [InlineData(429, "RESOURCE_EXHAUSTED", SecretStoreError.Throttled)]
    [InlineData(503, "UNAVAILABLE", SecretStoreError.Unavailable)]
    public async Task Calls_OnAFailure_SayWhichKind(int code, string status, SecretStoreError error)
    {
        using var test = await CreateAsync();
        _server.Outage = FakeSecretManager.Fail(code, status);

        await EveryCallRefusedAsync(test.Store, error);
    }

    [Fact]
    public async Task Put_InAProjectThatDoesNotExist_IsMisconfigured()
    {
        using var test = await CreateAsync(FakeSecretManager.Token, "another-project");

        await RefusedAsync(SecretStoreError.Misconfigured,
            () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel));
    }

    private async Task<SecretStoreUnderTest> CreateAsync(string token, string project = FakeSecretManager.Project)
    {
        _server = await FakeServer.StartAsync(_google.Handle);
        var options = new GcpSecretStoreOptions
        {
            Project = project,
            Endpoint = _server.Url,
            Credentials = new FixedToken(token),
        };
        var store = new GcpSecretStore(options);
        var another = new GcpSecretStore(options);
        return new SecretStoreUnderTest(store, _time, () =>
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

    private sealed class FixedToken(string token) : ITokenAccess
    {
        public Task<string> GetAccessTokenForRequestAsync(string? authUri = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(token);
    }
}
