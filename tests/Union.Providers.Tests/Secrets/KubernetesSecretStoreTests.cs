using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Kubernetes.Secrets;
using Union.Providers.Tests.Secrets.Fakes;
using Union.Testing;
using Union.Testing.Secrets;

namespace Union.Providers.Tests.Secrets;

public sealed class KubernetesSecretStoreTests : RemoteSecretStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeKubernetes _cluster;
    private FakeServer _server = null!;

    public KubernetesSecretStoreTests() => _cluster = new FakeKubernetes(_time);

    public void Dispose() => _folder.Dispose();

    // Half of what it takes of one object. https://kubernetes.io/docs/concepts/configuration/secret/
    protected override (string Provider, int Text, int Other) Documented => ("kubernetes", 512 * 1024, 512 * 1024);

    protected override async ValueTask<SecretStoreUnderTest> CreateAsync() => await CreateAsync(FakeKubernetes.Namespace);

    [Fact]
    public async Task Put_AnyName_IsDerived()
    {
        using var test = await CreateAsync();

        await test.Store.PutAsync(Name("my_secret"), Value("x"), PutSecret.CreateOnly, Cancel);

        // printf 'acme\np\ndev\nmy_secret' | sha256sum, and the same once more of that text, in base32.
        Assert.Equal("u-l42ipe76s2ljeqj7mivg", Assert.Single(_cluster.Names));
    }

    [Fact]
    public async Task Put_ReplaceThatRaces_IsTriedAgain()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        _cluster.InterferesOnce = true;

        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.False(_cluster.InterferesOnce);
        Assert.Equal("two", await GetAsync(test.Store, Name("a")));
    }

    [Fact]
    public async Task Get_ObjectThatSaysItIsAnothers_IsNotFound()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);

        _cluster.Annotate(Assert.Single(_cluster.Names), "union/project", "other");

        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), null, Cancel));
        Assert.Empty(await ListAsync(test.Store, new SecretScope("acme", null, null)));
    }

    [Fact]
    public async Task Calls_AfterTheTokenIsReplaced_UseTheNewOne()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel);
        _cluster.Token = "eyJ.second";
        await EveryCallRefusedAsync(test.Store, SecretStoreError.Unauthenticated);

        await File.WriteAllTextAsync(_folder["token"], "eyJ.second", Cancel);

        Assert.Equal("x", await GetAsync(test.Store, Name("a")));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("delete")]
    public async Task Call_WithoutItsPermission_NamesIt(string verb)
    {
        using var test = await CreateAsync();
        _cluster.Denied.Add(verb);

        await DeniedNamesAsync($"{verb} on secrets in namespace {FakeKubernetes.Namespace}", verb switch
        {
            "create" => () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel),
            "get" => () => test.Store.GetAsync(Name("a"), null, Cancel),
            "list" => () => ListAsync(test.Store, Name("a").Scope),
            _ => () => test.Store.DeleteAsync(Name("a"), Cancel),
        });
    }

    [Fact]
    public async Task Put_InANamespaceThatDoesNotExist_IsMisconfigured()
    {
        using var test = await CreateAsync("nowhere");

        await RefusedAsync(SecretStoreError.Misconfigured,
            () => test.Store.PutAsync(Name("a"), Value("x"), PutSecret.CreateOnly, Cancel));
    }

    [Theory]
    [InlineData(429, SecretStoreError.Throttled)]
    [InlineData(500, SecretStoreError.Unavailable)]
    public async Task Calls_OnAFailure_SayWhichKind(int status, SecretStoreError error)
    {
        using var test = await CreateAsync();
        _server.Outage = FakeKubernetes.Fail(status, "Failure");

        await EveryCallRefusedAsync(test.Store, error);
    }

    private async Task<SecretStoreUnderTest> CreateAsync(string name)
    {
        _server = await FakeServer.StartAsync(_cluster.Handle);
        await File.WriteAllTextAsync(_folder["token"], _cluster.Token + "\n", Cancel);
        var options = new KubernetesSecretStoreOptions
        {
            Server = _server.Url,
            Namespace = name,
            TokenFile = _folder["token"],
            CaFile = null,
        };
        var store = new KubernetesSecretStore(options);
        var another = new KubernetesSecretStore(options);
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
