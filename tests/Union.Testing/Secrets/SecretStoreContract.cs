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

    /// <summary>The largest values that docs/secrets.md promises of a provider: of text, and of any other bytes.</summary>
    protected abstract (string Provider, int Text, int Other) Documented { get; }

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
    public async Task Put_LargestThatIsDocumented_IsKept_AndOneByteMoreNeverReachesTheStore()
    {
        using var test = await CreateAsync();
        var (_, text, other) = Documented;
        var limits = test.Store.Capabilities;
        await test.Store.PutAsync(Name("text"), Value(new string('t', text)), PutSecret.CreateOnly, Cancel);
        await test.Store.PutAsync(Name("other"), new SecretBytes(new byte[other]), PutSecret.CreateOnly, Cancel);
        var calls = test.Calls?.Invoke();

        foreach (var value in (SecretBytes[])[Value(new string('t', text + 1)), new SecretBytes(new byte[other + 1])])
        {
            foreach (var mode in (PutSecret[])[PutSecret.CreateOnly, PutSecret.Replace])
            {
                var thrown = await Assert.ThrowsAsync<SecretStoreException>(() => test.Store.PutAsync(Name("larger"), value, mode, Cancel));
                var answer = thrown.ToAnswer();
                Assert.Equal("secret_too_large", answer.Reason);
                Assert.Contains($"{other}", answer.Message, StringComparison.Ordinal);
                Assert.Contains($"{text}", answer.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal((text, other), (limits.MaxTextBytes, limits.MaxValueBytes));
        Assert.Equal(calls, test.Calls?.Invoke());
        Assert.Equal(new string('t', text), await GetAsync(test.Store, Name("text")));
        Assert.Equal(other, (await test.Store.GetAsync(Name("other"), null, Cancel)).Length);
    }

    [Fact]
    public void Docs_SayTheLargestValue()
    {
        var (provider, text, other) = Documented;
        Assert.SkipWhen(provider.Length == 0, "No provider of the product.");
        var docs = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "docs/secrets.md"));
        var expected = text == other ? SizeOf(text) : $"{SizeOf(text)} of text, {SizeOf(other)} other bytes";

        var row = Assert.Single(docs, line => line.StartsWith($"| `{provider}` |", StringComparison.Ordinal));
        Assert.Equal(expected, row.Split('|')[3].Trim());

        static string SizeOf(int bytes) => bytes % 1024 == 0
            ? $"{bytes / 1024} KiB"
            : bytes.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
    }

    // As two clusters that share a store would, each behind its own process.
    [Fact]
    public async Task Put_CreateOnlyByTwoClusters_HasOneWinner_WhereTheStoreSaysSo()
    {
        using var test = await CreateAsync();
        Assert.SkipWhen(test.Another is null, "One process only.");
        Assert.SkipUnless(test.Store.Capabilities.CreateIsAtomic, "The store has no create-only write, which its capability says.");

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
            () => TryCreateAsync(i % 2 == 0 ? test.Store : test.Another, $"{i}"))));

        Assert.Equal(Assert.Single(results, r => r is not null), await GetAsync(test.Another, Name("a")));
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

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => TryCreateAsync(test.Store, $"{i}"))));

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

    private static async Task<string?> TryCreateAsync(ISecretStore store, string value)
    {
        try
        {
            await store.PutAsync(Name("a"), Value(value), PutSecret.CreateOnly, Cancel);
            return value;
        }
        catch (SecretStoreException e) when (e.Error is SecretStoreError.AlreadyExists)
        {
            return null;
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
