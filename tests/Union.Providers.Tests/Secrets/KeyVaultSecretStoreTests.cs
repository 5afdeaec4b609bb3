using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Azure.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class KeyVaultSecretStoreTests : RemoteSecretStoreContract
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeKeyVault _vault;
    private FakeServer _server = null!;

    public KeyVaultSecretStoreTests() => _vault = new FakeKeyVault(_time);

    // https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
    protected override (string Provider, int Text, int Other) Documented => ("keyvault", 25_000, 18_744);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(FakeKeyVault.Token);

    [Fact]
    public async Task Put_StockName_IsEncodedForTheVaultsAlphabet()
    {
        using var test = await CreateAsync();

        await test.Store.PutAsync(Name("my_secret"), Value("x"), PutSecret.CreateOnly, Cancel);

        Assert.Equal("union--acme--p--dev--my-1secret", Assert.Single(_vault.Names));
    }

    [Fact]
    public async Task Put_AfterASoftDelete_RecoversAndReplaces()
    {
        using var test = await CreateAsync();
        var first = await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        await test.Store.DeleteAsync(Name("a"), Cancel);
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), first, Cancel));

        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.Equal("two", await GetAsync(test.Store, Name("a")));
        Assert.Contains(_server.Calls, c => c.EndsWith("/recover", StringComparison.Ordinal));
    }

    // What the capability says, in the one order that shows it: both look, and then both write.
    [Fact]
    public async Task Put_CreateOnlyByTwoClusters_TheLaterReplacesTheEarlier()
    {
        using var test = await CreateAsync();
        using var late = Open(
            FakeKeyVault.Token, () => test.Store.PutAsync(Name("a"), Value("early"), PutSecret.CreateOnly, Cancel));

        await late.PutAsync(Name("a"), Value("late"), PutSecret.CreateOnly, Cancel);

        Assert.False(test.Store.Capabilities.CreateIsAtomic);
        Assert.Equal("late", await GetAsync(test.Store, Name("a")));
        await RefusedAsync(SecretStoreError.AlreadyExists, () => late.PutAsync(Name("a"), Value("later"), PutSecret.CreateOnly, Cancel));
    }

    [Fact]
    public async Task Calls_WithoutAValidToken_AreUnauthenticated()
    {
        using var test = await CreateAsync("expired");

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);
    }

    [Theory]
    [InlineData("set", "vaults/secrets/setSecret/action")]
    [InlineData("get", "vaults/secrets/getSecret/action")]
    [InlineData("list", "vaults/secrets/readMetadata/action")]
    [InlineData("delete", "vaults/secrets/delete")]
    public async Task Call_WithoutItsPermission_NamesIt(string denied, string permission)
    {
        using var test = await CreateAsync();
        _vault.Denied.Add(denied);

        await DeniedNamesAsync(permission, denied switch
        {
            "set" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "get" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "list" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Theory]
    [InlineData(429, SecretStoreError.Throttled)]
    [InlineData(503, SecretStoreError.Unavailable)]
    public async Task Calls_OnAFailure_SayWhichKind(int status, SecretStoreError error)
    {
        using var test = await CreateAsync();
        _server.Outage = new Answer(status);

        await EveryCallRefusedAsync(test.Store, error);
    }

    [Fact]
    public async Task Calls_WhenNothingListens_AreUnavailable()
    {
        using var test = await CreateAsync();
        _server.Dispose();

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unavailable);
    }

    private async Task<SecretStoreUnderTest> CreateAsync(string token)
    {
        _server = await FakeServer.StartAsync(_vault.Handle, isHttps: true);
        _vault.Url = _server.Url;
        var (store, another) = (Open(token), Open(token));
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

    private KeyVaultSecretStore Open(string token, Func<Task>? onMissing = null)
    {
#pragma warning disable CA2000 // The transport owns the client, which owns the handlers.
        var handler = new Watching(onMissing)
        {
            InnerHandler = new HttpClientHandler
            {
                // The fake's certificate is its own; the test is about what goes over the connection.
                ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
            },
        };
#pragma warning restore CA2000
        var options = new KeyVaultSecretStoreOptions { Vault = _server.Url, Credentials = new FixedToken(token) };
        return new KeyVaultSecretStore(options, _time, new HttpClientTransport(handler));
    }

    /// <summary>Lets something happen between a look that found nothing and what its caller does next.</summary>
    private sealed class Watching(Func<Task>? onMissing) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode is System.Net.HttpStatusCode.NotFound && onMissing is not null)
            {
                await onMissing();
            }

            return answer;
        }
    }

    private sealed class FixedToken(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(token, TimeProvider.System.GetUtcNow().AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
