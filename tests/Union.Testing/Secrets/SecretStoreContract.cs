using System.Text;
using Union.Core.ComputePlane.Secrets;
using Xunit;

namespace Union.Testing.Secrets;

/// <summary>What every secret store keeps; an adapter adds how to make an empty one.</summary>
public abstract class SecretStoreContract
{
    private static readonly SecretScope[] Scopes =
    [
        new("acme", null, null), new("acme", null, "dev"), new("acme", "p", null), new("acme", "p", "dev"),
        new("acme", "dev", null), new("other", "p", "dev"),
    ];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty store. Each test gets its own.</summary>
    protected abstract ValueTask<SecretStoreUnderTest> CreateAsync();

    [Theory]
    [InlineData("a")]
    [InlineData("my_secret")]
    [InlineData("-")]
    [InlineData("_UPPER-lower_0123456789")]
    [InlineData("a--b")]
    public async Task Put_AnyLegalName_IsReadBack(string text)
    {
        using var test = await CreateAsync();
        var name = Name(text);

        var version = await test.Store.PutAsync(name, Value("s3cret"), PutSecret.CreateOnly, Cancel);

        Assert.Equal("s3cret", await GetAsync(test.Store, name));
        Assert.Equal("s3cret", await GetAsync(test.Store, name, version));
        Assert.Equal([name], await ListAsync(test.Store, name.Scope));
    }

    [Fact]
    public async Task Put_LongestNameAndValue_AreKept_AndALongerValueIsRefused()
    {
        using var test = await CreateAsync();
        var name = Name(new string('n', 127));
        var max = test.Store.Capabilities.MaxValueBytes;

        await test.Store.PutAsync(name, new SecretBytes(new byte[max]), PutSecret.CreateOnly, Cancel);

        Assert.True(max >= 6_000);
        Assert.Equal(max, (await test.Store.GetAsync(name, null, Cancel)).Length);
        await RefusedAsync(SecretStoreError.TooLarge, () => test.Store.PutAsync(
            name, new SecretBytes(new byte[max + 1]), PutSecret.Replace, Cancel));
    }

    [Fact]
    public async Task Put_BinaryAndEmptyValue_ComeBackByteForByte()
    {
        using var test = await CreateAsync();
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        await test.Store.PutAsync(Name("binary"), new SecretBytes(bytes), PutSecret.CreateOnly, Cancel);

        Assert.Equal(bytes, (await test.Store.GetAsync(Name("binary"), null, Cancel)).Reveal().ToArray());
    }

    [Fact]
    public async Task Put_CreateOnlyOnExisting_KeepsTheFirst()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);

        await RefusedAsync(SecretStoreError.AlreadyExists,
            () => test.Store.PutAsync(Name("a"), Value("two"), PutSecret.CreateOnly, Cancel));

        Assert.Equal("one", await GetAsync(test.Store, Name("a")));
    }

    [Fact]
    public async Task Put_TwentyRacingCreateOnly_HaveOneWinner()
    {
        using var test = await CreateAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            try
            {
                await test.Store.PutAsync(Name("a"), Value($"{i}"), PutSecret.CreateOnly, Cancel);
                return $"{i}";
            }
            catch (SecretStoreException e) when (e.Error is SecretStoreError.AlreadyExists)
            {
                return null;
            }
        })));

        Assert.Equal(Assert.Single(results, r => r is not null), await GetAsync(test.Store, Name("a")));
    }

    [Fact]
    public async Task Put_Replace_ChangesValueAndVersion_AndKeepsTheCreation()
    {
        using var test = await CreateAsync();
        var first = await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.Replace, Cancel);
        var created = (await test.Store.ListAsync(Name("a").Scope, Cancel).FirstAsync(Cancel)).Created;
        test.Time?.Advance(TimeSpan.FromHours(1));

        var second = await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.NotEqual(first, second);
        Assert.Equal("two", await GetAsync(test.Store, Name("a")));
        Assert.Equal(created, (await test.Store.ListAsync(Name("a").Scope, Cancel).FirstAsync(Cancel)).Created);
    }

    [Fact]
    public async Task Get_Missing_IsNotFound()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.Replace, Cancel);

        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("b"), null, Cancel));
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("A"), null, Cancel));
        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), "no-such-version", Cancel));
    }

    [Fact]
    public async Task Find_SaysSinceWhen_OfExactlyThatNameAndScope()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);
        var listed = await test.Store.ListAsync(Name("a").Scope, Cancel).SingleAsync(Cancel);
        test.Time?.Advance(TimeSpan.FromHours(1));
        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.Replace, Cancel);

        Assert.Equal(listed, await test.Store.FindAsync(Name("a"), Cancel));
        Assert.Null(await test.Store.FindAsync(Name("A"), Cancel));
        Assert.Null(await test.Store.FindAsync(Name("a") with { Scope = new SecretScope("acme", "p", null) }, Cancel));
        await test.Store.DeleteAsync(Name("a"), Cancel);
        Assert.Null(await test.Store.FindAsync(Name("a"), Cancel));
    }

    [Fact]
    public async Task Delete_IsIdempotent_AndFreesTheName()
    {
        using var test = await CreateAsync();
        await test.Store.PutAsync(Name("a"), Value("one"), PutSecret.CreateOnly, Cancel);

        await test.Store.DeleteAsync(Name("a"), Cancel);
        await test.Store.DeleteAsync(Name("a"), Cancel);

        await RefusedAsync(SecretStoreError.NotFound, () => test.Store.GetAsync(Name("a"), null, Cancel));
        Assert.Empty(await ListAsync(test.Store, Name("a").Scope));
        await test.Store.PutAsync(Name("a"), Value("two"), PutSecret.CreateOnly, Cancel);
        Assert.Equal("two", await GetAsync(test.Store, Name("a")));
    }

    [Fact]
    public async Task Scopes_OfOneName_AreApart_AndListedBelowTheirs()
    {
        using var test = await CreateAsync();
        foreach (var scope in Scopes)
        {
            await test.Store.PutAsync(new SecretName(scope, "b"), Value(scope.ToString()), PutSecret.CreateOnly, Cancel);
            await test.Store.PutAsync(new SecretName(scope, "a"), Value("-"), PutSecret.CreateOnly, Cancel);
        }

        foreach (var scope in Scopes)
        {
            Assert.Equal(scope.ToString(), await GetAsync(test.Store, new SecretName(scope, "b")));
            var expected = Scopes.Where(scope.Covers)
                .SelectMany(s => new[] { new SecretName(s, "a"), new SecretName(s, "b") })
                .Order(SecretNameOrder.Instance);
            Assert.Equal(expected, await ListAsync(test.Store, scope));
        }
    }

    protected static SecretName Name(string text) => new(new SecretScope("acme", "p", "dev"), text);

    protected static SecretBytes Value(string text) => new(Encoding.UTF8.GetBytes(text));

    protected static async Task<string> GetAsync(ISecretStore store, SecretName name, string? version = null) =>
        Encoding.UTF8.GetString((await store.GetAsync(name, version, Cancel)).Reveal().Span);

    protected static async Task<List<SecretName>> ListAsync(ISecretStore store, SecretScope scope) =>
        await store.ListAsync(scope, Cancel).Select(s => s.Name).ToListAsync(Cancel);

    protected static async Task RefusedAsync(SecretStoreError error, Func<Task> action) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<SecretStoreException>(action)).Error);
}
