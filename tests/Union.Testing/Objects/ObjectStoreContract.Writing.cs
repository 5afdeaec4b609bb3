using Union.Core.ComputePlane.Objects;
using Union.Testing.Servers;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>Writes are whole or not at all, and one of several racing creators wins.</summary>
public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task Put_NewKey_IsReadBack()
    {
        await using var test = await CreateAsync();

        await test.Store.PutAsync(Key("a/b"), Content("hello"), PutMode.Replace, Cancel);

        Assert.Equal("hello", await ReadAsync(test.Store, "a/b"));
        Assert.Equal("llo", await ReadAsync(test.Store, "a/b", 2));
        Assert.Equal(5, (await test.Store.HeadAsync(Key("a/b"), Cancel))!.Length);
    }

    [Fact]
    public async Task Put_EmptyObject_Exists()
    {
        await using var test = await CreateAsync();

        await test.Store.PutAsync(Key("empty"), Content(""), PutMode.Replace, Cancel);

        Assert.Equal(0, (await test.Store.HeadAsync(Key("empty"), Cancel))!.Length);
        Assert.Equal("", await ReadAsync(test.Store, "empty"));
    }

    [Fact]
    public async Task Put_Replace_ChangesContentAndTag()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("one"), PutMode.Replace, Cancel);
        var before = await test.Store.HeadAsync(Key("a"), Cancel);

        await test.Store.PutAsync(Key("a"), Content("other"), PutMode.Replace, Cancel);

        Assert.Equal("other", await ReadAsync(test.Store, "a"));
        Assert.NotEqual(before!.Tag, (await test.Store.HeadAsync(Key("a"), Cancel))!.Tag);
    }

    [Fact]
    public async Task Put_CreateOnlyOnExisting_KeepsTheFirst()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("first"), PutMode.CreateOnly, Cancel);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Store.PutAsync(Key("a"), Content("second"), PutMode.CreateOnly, Cancel));

        Assert.Equal(ObjectStoreError.AlreadyExists, thrown.Error);
        Assert.Equal("first", await ReadAsync(test.Store, "a"));
    }

    [Fact]
    public async Task Put_TwentyRacingCreateOnly_HaveOneWinner()
    {
        await using var test = await CreateAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => TryCreateAsync(test.Store, i))));

        var winner = Assert.Single(results, r => r is not null);
        Assert.Equal(winner, await ReadAsync(test.Store, "race/a"));
    }

    [Fact]
    public async Task Put_Cancelled_LeavesWhatWasThere()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("kept"), Content("old"), PutMode.Replace, Cancel);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        foreach (var key in new[] { "kept", "new" })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Store.PutAsync(
                Key(key), new StreamThatEnds(source.Cancel), PutMode.Replace, source.Token));
        }

        Assert.Equal("old", await ReadAsync(test.Store, "kept"));
        Assert.Null(await test.Store.HeadAsync(Key("new"), Cancel));
    }

    [Fact]
    public async Task Put_FailingSource_LeavesNothing()
    {
        await using var test = await CreateAsync();
        var source = new StreamThatEnds(() => throw new ObjectStoreException(ObjectStoreError.Invalid, "broken"));

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Store.PutAsync(Key("a"), source, PutMode.Replace, Cancel));

        Assert.Equal(ObjectStoreError.Invalid, thrown.Error);
        Assert.Null(await test.Store.HeadAsync(Key("a"), Cancel));
    }

    // The control is the same line with a content that it does not touch.
    [Fact]
    public async Task Put_DamagedOnItsWay_IsRefused_AndLeavesWhatWasThere()
    {
        await using var test = await CreateAsync();
        Assert.SkipWhen(test.Damaging is null, "The store is in this process: there is no way on which to be damaged.");
        await test.Store.PutAsync(Key("a"), Content("old"), PutMode.Replace, Cancel);

        await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Damaging.PutAsync(Key("a"), Content(DamagingRelay.Good), PutMode.Replace, Cancel));
        await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Damaging.PutAsync(Key("new"), Content(DamagingRelay.Good), PutMode.CreateOnly, Cancel));

        Assert.Equal("old", await ReadAsync(test.Store, "a"));
        Assert.Null(await test.Store.HeadAsync(Key("new"), Cancel));
        await test.Damaging.PutAsync(Key("a"), Content("other"), PutMode.Replace, Cancel);
        Assert.Equal("other", await ReadAsync(test.Store, "a"));
    }

    [Fact]
    public async Task Delete_Missing_IsNoError()
    {
        await using var test = await CreateAsync();

        await test.Store.DeleteAsync(Key("never/there"), Cancel);

        Assert.Null(await test.Store.HeadAsync(Key("never/there"), Cancel));
    }

    [Fact]
    public async Task OpenRead_Missing_IsNotFound()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a/b"), Content("x"), PutMode.Replace, Cancel);

        foreach (var missing in new[] { "a", "a/b/c", "b" })
        {
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
                () => test.Store.OpenReadAsync(Key(missing), 0, Cancel));
            Assert.Equal(ObjectStoreError.NotFound, thrown.Error);
        }
    }

    private static async Task<string?> TryCreateAsync(IObjectStore store, int number)
    {
        try
        {
            await store.PutAsync(Key("race/a"), Content($"writer {number}"), PutMode.CreateOnly, Cancel);
            return $"writer {number}";
        }
        catch (ObjectStoreException e) when (e.Error is ObjectStoreError.AlreadyExists)
        {
            return null;
        }
    }
}
