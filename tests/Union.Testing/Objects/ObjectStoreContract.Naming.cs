using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>A key is kept byte for byte, listed in order, and is no path that somebody resolves.</summary>
public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task OddKeys_Put_AreReadListedSignedAndDeleted()
    {
        await using var test = await CreateAsync();
        foreach (var text in OddKeys.Fixed)
        {
            var key = Key($"odd/{text}");
            await test.Store.PutAsync(key, Content(text), PutMode.CreateOnly, Cancel);

            Assert.Equal(text, await ReadAsync(test.Store, key.ToString()));
            Assert.True(test.Store.TryResolve(test.Store.ReferenceTo(key), out var resolved));
            Assert.Equal(key, resolved);
            var signed = await test.Store.PresignAsync(Get(key.ToString()), Cancel);
            using var answer = await test.Client.SendAsync(signed.ToMessage(), Cancel);
            Assert.Equal(text, await answer.Content.ReadAsStringAsync(Cancel));
        }

        var listed = await ListAsync(test.Store, "odd");
        Assert.Equal(OddKeys.Fixed.Select(k => "odd/" + k).Order(StringComparer.Ordinal), listed);
        foreach (var key in listed)
        {
            await test.Store.DeleteAsync(Key(key), Cancel);
            Assert.Null(await test.Store.HeadAsync(Key(key), Cancel));
        }
    }

    [Fact]
    public async Task Put_KeyThatIsAlsoAPrefix_KeepsBoth()
    {
        await using var test = await CreateAsync();
        string[] keys = ["p/a", "p/a-b", "p/a/b", "p/a/b/c", "p/a0", "p/z/y", "p/z"];
        foreach (var key in keys)
        {
            await test.Store.PutAsync(Key(key), Content(key), PutMode.CreateOnly, Cancel);
        }

        await test.Store.PutAsync(Key("p/a"), Content("replaced"), PutMode.Replace, Cancel);

        Assert.Equal("replaced", await ReadAsync(test.Store, "p/a"));
        Assert.Equal("p/z", await ReadAsync(test.Store, "p/z"));
        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(test.Store, "p"));
        await test.Store.DeleteAsync(Key("p/a"), Cancel);
        Assert.Equal("p/a/b", await ReadAsync(test.Store, "p/a/b"));
        Assert.DoesNotContain("p/a", await ListAsync(test.Store, "p"));
    }

    [Fact]
    public async Task List_OverAPageBorder_IsComplete_InOrdinalOrder_AndBelowThePrefixOnly()
    {
        await using var test = await CreateAsync();
        var keys = Enumerable.Range(0, test.PageSize + 5).Select(i => $"list/{(i * 7919) % 100_003:x}/{i}").ToList();
        foreach (var key in keys.Concat(["list", "listing/x", "lis/x"]))
        {
            await test.Store.PutAsync(Key(key), Content(""), PutMode.Replace, Cancel);
        }

        var listed = await ListAsync(test.Store, "list");

        Assert.Equal(keys.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task TryResolve_ReferenceElsewhere_IsFalse()
    {
        await using var test = await CreateAsync();
        var here = test.Store.ReferenceTo(Key("a/b")).ToString();
        var root = here[..^"a/b".Length];

        Assert.True(test.Store.TryResolve(Reference.Parse(here), out _));
        foreach (var elsewhere in new[]
        {
            "other://x/a/b", root + "../b", root + "a/../../b", root + "a/%2e%2e/b", root + "a%2fb", root + "/a",
            root + "a//b", root, root + "a\\b", root[..^1] + "x/a", root.Replace("://", "://x", StringComparison.Ordinal),
        })
        {
            Assert.False(test.Store.TryResolve(Reference.Parse(elsewhere), out _), elsewhere);
        }
    }
}
