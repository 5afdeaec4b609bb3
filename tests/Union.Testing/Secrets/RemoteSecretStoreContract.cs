using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Setup;
using Xunit;

namespace Union.Testing.Secrets;

/// <summary>What a store on a network adds: names beyond its alphabet and length, and the ways in which it may refuse.</summary>
public abstract class RemoteSecretStoreContract : SecretStoreContract
{
    /// <summary>Two names that differ in nothing but what a careless encoding loses, at the longest of each part.</summary>
    [Fact]
    public async Task Put_NamesThatNearlyCollide_StayApart()
    {
        using var test = await CreateAsync();
        var longest = new string('P', 63);
        SecretName[] names =
        [
            new(new("acme", "a--b", null), "c"), new(new("acme", "a", "b"), "c"), new(new("acme", "a", null), "b--c"),
            new(new("acme", "a", "b"), "C"), new(new("acme", "A", "b"), "c"), new(new("acme", "_", "_"), "_"),
            new(new("acme", null, "_"), "__"), new(new("acme", ".a.", "-"), "-"), new(new("acme", "..a", "0"), "-0"),
            new(new("acme", longest, longest), new string('_', 127)), new(new("acme", longest, longest), new string('-', 127)),
        ];

        foreach (var name in names)
        {
            await test.Store.PutAsync(name, Value(name.ToString()), PutSecret.CreateOnly, Cancel);
        }

        foreach (var name in names)
        {
            Assert.Equal(name.ToString(), await GetAsync(test.Store, name));
        }

        Assert.Equal(names.Order(SecretNameOrder.Instance), await ListAsync(test.Store, new SecretScope("acme", null, null)));
    }

    [Theory]
    [InlineData("plain text, ü and 4 lines\r\n\t\n\n")]
    [InlineData("base64:c2VjcmV0")]
    [InlineData("{{ssm:other}}")]
    [InlineData("{\"a\": \"\\u0000\"}")]
    [InlineData("nul \0 inside")]
    [InlineData(" spaces around ")]
    public async Task Put_TextThatLooksLikeSomethingElse_ComesBackAsItWas(string text)
    {
        using var test = await CreateAsync();

        await test.Store.PutAsync(Name("a"), Value(text), PutSecret.CreateOnly, Cancel);

        Assert.Equal(text, await GetAsync(test.Store, Name("a")));
    }

    [Fact]
    public async Task List_SeveralPages_AreAllThere()
    {
        using var test = await CreateAsync();
        var names = Enumerable.Range(0, 11).Select(i => Name($"n{i:00}")).ToList();
        foreach (var name in names)
        {
            await test.Store.PutAsync(name, Value("x"), PutSecret.CreateOnly, Cancel);
        }

        Assert.Equal(names, await ListAsync(test.Store, new SecretScope("acme", null, null)));
    }

    /// <summary>Twice: a store that keeps what was deleted must not stand in the doctor's own way.</summary>
    [Fact]
    public async Task Probe_OnAWorkingStore_FindsNothingWrong()
    {
        using var test = await CreateAsync();
        for (var i = 0; i < 2; i++)
        {
            var results = await new SecretStoreProbe(test.Store, TimeProvider.System).RunAsync(Cancel).ToListAsync(Cancel);

            Assert.Equal(5, results.Count);
            Assert.All(results, r => Assert.Equal(CheckState.Ok, r.State));
        }
    }

    /// <summary>Every call is refused with the same error, and what the caller is told never holds the value.</summary>
    protected static async Task EveryCallRefusedAsync(ISecretStore store, SecretStoreError error)
    {
        const string canary = "gray-otter-5521";
        var thrown = new List<SecretStoreException>();
        foreach (var call in Calls(store, canary))
        {
            thrown.Add(await Assert.ThrowsAsync<SecretStoreException>(call));
        }

        Assert.All(thrown, e => Assert.Equal(error, e.Error));
        Assert.All(thrown, e => Assert.DoesNotContain(canary, e.ToString(), StringComparison.Ordinal));
        var reasons = thrown.Select(e => e.ToAnswer().Reason).Distinct();
        Assert.Equal(ReasonOf(error), Assert.Single(reasons));
    }

    /// <summary>The answer to whoever asked names what the operator has to grant.</summary>
    protected static async Task DeniedNamesAsync(string permission, Func<Task> call)
    {
        var thrown = await Assert.ThrowsAsync<SecretStoreException>(call);

        Assert.Equal(SecretStoreError.Denied, thrown.Error);
        var answer = thrown.ToAnswer();
        Assert.Equal(ErrorCode.PermissionDenied, answer.Code);
        Assert.Contains(permission, answer.Message, StringComparison.Ordinal);
    }

    protected static IEnumerable<Func<Task>> Calls(ISecretStore store, string value) =>
    [
        () => store.PutAsync(Name("a"), Value(value), PutSecret.CreateOnly, Cancel),
        () => store.PutAsync(Name("a"), Value(value), PutSecret.Replace, Cancel),
        () => store.GetAsync(Name("a"), null, Cancel),
        () => store.FindAsync(Name("a"), Cancel),
        () => store.DeleteAsync(Name("a"), Cancel),
        () => ListAsync(store, Name("a").Scope),
    ];

    private static string ReasonOf(SecretStoreError error) => error switch
    {
        SecretStoreError.Denied => "secret_store_denied",
        SecretStoreError.Unauthenticated => "secret_store_unauthenticated",
        SecretStoreError.ClockSkewed => "secret_store_clock_skewed",
        SecretStoreError.Throttled => "secret_store_throttled",
        SecretStoreError.Misconfigured => "secret_store_misconfigured",
        SecretStoreError.Unavailable => "secret_store_unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(error)),
    };
}
