using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Providers.Vault.Secrets;
using Union.Testing;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class VaultSecretStoreTests : RemoteSecretStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeVault _vault;
    private FakeServer _server = null!;

    public VaultSecretStoreTests() => _vault = new FakeVault(_time);

    public void Dispose() => _folder.Dispose();

    // A quarter of what its storage takes of one entry. https://developer.hashicorp.com/vault/docs/internals/limits
    protected override (string Provider, int Text, int Other) Documented => ("vault", 256 * 1024, 196_602);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(TokenLogin(FakeVault.RootToken));

    [Fact]
    public async Task Put_AnyName_IsAReadablePathBelowThePrefix()
    {
        using var test = await CreateAsync();

        await test.Store.PutAsync(Name("my_secret"), Value("x"), PutSecret.CreateOnly, Cancel);

        Assert.Equal("union/acme/p/dev/my_secret", Assert.Single(_vault.Paths));
    }

    [Fact]
    public async Task Put_AfterAnOperatorsSoftDelete_CreatesAgain()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        _vault.SoftDelete("union/acme/p/dev/a");
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), null, Cancel));
        Assert.Empty(await ListAsync(test.Store, Name("a").Scope));

        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.CreateOnly, Cancel);

        Assert.Equal("two", await GetAsync(test.Store, Name("a")));
        await RefusedAsync(SecretStoreError.AlreadyExists,
            () => test.Store.PutAsync(Name("a"), Value("three"), PutSecret.CreateOnly, Cancel));
    }

    [Theory]
    [InlineData("kubernetes")]
    [InlineData("approle")]
    public async Task LogIn_OnceForALease_AgainBeforeItEnds_AndAfterARevocation(string method)
    {
        using var test = await CreateAsync(Login(method));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => test.Store.PutAsync(Name($"n{i}"), Value("x"), PutSecret.CreateOnly, Cancel)));
        Assert.Equal(1, _vault.Logins);

        _time.Advance(TimeSpan.FromMinutes(41));
        await test.Store.GetAsync(Name("n1"), null, Cancel);
        Assert.Equal(2, _vault.Logins);

        _vault.RevokeTokens();
        await test.Store.GetAsync(Name("n1"), null, Cancel);
        Assert.Equal(3, _vault.Logins);
    }

    [Fact]
    public async Task Calls_WithCredentialsThatVaultDoesNotKnow_AreUnauthenticated()
    {
        VaultLogin[] wrong =
        [
            TokenLogin("hvs.other"), new VaultTokenLogin(_folder["absent"]),
            new VaultKubernetesLogin("another-role", File("jwt", FakeVault.Jwt)),
            new VaultAppRoleLogin(FakeVault.RoleId, File("id", "wrong")),
        ];
        foreach (var login in wrong)
        {
            using var test = await CreateAsync(login);

            await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);
        }
    }

    [Theory]
    [InlineData("create", "create and update on secret/data/union/*")]
    [InlineData("read", "read on secret/data/union/*")]
    [InlineData("list", "list on secret/metadata/union/*")]
    [InlineData("delete", "delete on secret/metadata/union/*")]
    public async Task Call_WithoutItsCapability_NamesIt(string denied, string permission)
    {
        using var test = await CreateAsync();
        _vault.Denied.Add(denied);

        await DeniedNamesAsync(permission, denied switch
        {
            "create" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "read" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "list" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Fact]
    public async Task Calls_WhereNoEngineIsMounted_AreMisconfigured()
    {
        using var test = await CreateAsync(TokenLogin(FakeVault.RootToken), mount: "kv");

        await EveryCallRefusedAsync(test.Store, SecretStoreError.Misconfigured);
    }

    [Fact]
    public async Task Calls_InANamespace_CarryIt()
    {
        _vault.Namespace = "team-a";
        using var test = await CreateAsync(Login("approle"), space: "team-a");

        await test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);

        Assert.Equal("x", await GetAsync(test.Store, Name("a")));
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

    private VaultLogin Login(string method) => method == "kubernetes"
        ? new VaultKubernetesLogin("union", File("jwt", FakeVault.Jwt))
        : new VaultAppRoleLogin(FakeVault.RoleId, File("secret-id", FakeVault.SecretId));

    private VaultTokenLogin TokenLogin(string token) => new(File("token", token));

    private string File(string name, string text)
    {
        System.IO.File.WriteAllText(_folder[name], text + "\n");
        return _folder[name];
    }

    private async Task<SecretStoreUnderTest> CreateAsync(VaultLogin login, string mount = "secret", string? space = null)
    {
        _server = await FakeServer.StartAsync(_vault.Handle);
        var options = new VaultSecretStoreOptions { Address = _server.Url, Login = login, Mount = mount, Namespace = space };
        var store = new VaultSecretStore(options, _time);
        var another = new VaultSecretStore(options, _time);
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
}
