using System.Net;
using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>What every object store keeps; an adapter adds how to make an empty one.</summary>
public abstract class ObjectStoreContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty store. Each test gets its own.</summary>
    protected abstract ValueTask<ObjectStoreUnderTest> CreateAsync();

    /// <summary>What the doctor does to a store is what a cluster does, so every store stands it.</summary>
    [Fact]
    public async Task Probe_OnAWorkingStore_FindsNothingWrong()
    {
        await using var test = await CreateAsync();

        var results = await new ObjectStoreProbe(test.Store, test.Client, null, TimeProvider.System).RunAsync(Cancel).ToListAsync(Cancel);

        Assert.DoesNotContain(results, r => r.State is CheckState.Failed or CheckState.Warning);
        Assert.Contains(results, r => r is { Name: "objects.fetch", State: CheckState.Ok });
        Assert.Empty(await test.Store.ListAsync(Key("union"), Cancel).ToListAsync(Cancel));
    }

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

    [Fact]
    public async Task PresignGet_ByABareClient_AnswersTheObject_AndNothingWithAnotherMethod()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("hello"), PutMode.Replace, Cancel);
        var signed = await test.Store.PresignAsync(Get("a"), Cancel);

        using var good = await test.Client.SendAsync(signed.ToMessage(), Cancel);
        var upload = signed.ToMessage([1], "PUT");
        upload.Headers.Add("x-ms-blob-type", "BlockBlob"); // Without it Azure looks no further.
        using var put = await test.Client.SendAsync(upload, Cancel);
        using var delete = await test.Client.SendAsync(signed.ToMessage(null, "DELETE"), Cancel);

        Assert.Equal("hello", await good.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, put.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, delete.StatusCode);
        Assert.Equal("hello", await ReadAsync(test.Store, "a"));
    }

    [Fact]
    public async Task PresignPut_WithLengthAndMd5_TakesThatContentOnly()
    {
        await using var test = await CreateAsync();
        var content = Encoding.UTF8.GetBytes("hello");
        var grant = new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5))
        {
            ContentLength = test.Store.Capabilities.PresignBindsContentLength ? content.Length : null,
            ContentMd5 = test.Store.Capabilities.PresignBindsContentMd5 ? Signed.Md5(content) : (ReadOnlyMemory<byte>?)null,
        };
        var signed = await test.Store.PresignAsync(grant, Cancel);

        using var good = await test.Client.SendAsync(signed.ToMessage(content), Cancel);

        Assert.True(good.IsSuccessStatusCode);
        Assert.Equal("hello", await ReadAsync(test.Store, "a"));
        if (grant.ContentMd5 is not null)
        {
            using var bad = await test.Client.SendAsync(signed.ToMessage("jello"u8.ToArray()), Cancel);
            Assert.False(bad.IsSuccessStatusCode);
            Assert.Equal("hello", await ReadAsync(test.Store, "a"));
        }
    }

    [Fact]
    public async Task PresignPut_CreateOnly_NeverReplaces()
    {
        await using var test = await CreateAsync();
        var grant = new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5)) { CreateOnly = true };
        var signed = await test.Store.PresignAsync(grant, Cancel);

        using var first = await test.Client.SendAsync(signed.ToMessage("one"u8.ToArray()), Cancel);
        using var second = await test.Client.SendAsync(signed.ToMessage("two"u8.ToArray()), Cancel);

        Assert.True(first.IsSuccessStatusCode);

        // Azure's URL has no right to write to what exists, so it is forbidden there.
        Assert.Contains(second.StatusCode, new[] { HttpStatusCode.PreconditionFailed, HttpStatusCode.Forbidden });
        Assert.Equal("one", await ReadAsync(test.Store, "a"));
    }

    [Fact]
    public async Task Presign_ResponseHeaders_AreAnswered()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("r"), Content("<p>"), PutMode.Replace, Cancel);
        var grant = Get("r") with { ResponseContentType = "text/html", ResponseContentDisposition = "inline" };

        using var answer = await test.Client.SendAsync((await test.Store.PresignAsync(grant, Cancel)).ToMessage(), Cancel);

        Assert.Equal("text/html", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("inline", answer.Content.Headers.ContentDisposition!.ToString());
    }

    [Fact]
    public async Task Presign_UntilExpiry_Works_AndNotAfter()
    {
        await using var test = await CreateAsync();
        Assert.SkipWhen(test.Advance is null, "The clock of a real server cannot be moved.");
        await test.Store.PutAsync(Key("a"), Content("hello"), PutMode.Replace, Cancel);
        var signed = await test.Store.PresignAsync(Get("a"), Cancel);

        test.Advance!(TimeSpan.FromSeconds(295));
        using var before = await test.Client.SendAsync(signed.ToMessage(), Cancel);
        test.Advance(TimeSpan.FromSeconds(5));
        using var after = await test.Client.SendAsync(signed.ToMessage(), Cancel);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    [Fact]
    public async Task Presigned_WithAnyPartOfTheUrlChanged_IsRefused()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("x/a"), Content("a"), PutMode.Replace, Cancel);
        await test.Store.PutAsync(Key("x/b"), Content("b"), PutMode.Replace, Cancel);
        var grant = Get("x/a") with { ResponseContentType = "text/plain", ResponseContentDisposition = "inline" };
        var signed = await test.Store.PresignAsync(grant, Cancel);
        var url = signed.Url.Reveal();
        Assert.SkipUnless(url.Contains('?', StringComparison.Ordinal), "A ticket has no parts.");

        foreach (var change in UrlChanges.Of(url, "x/a", "x/b"))
        {
            using var answer = await test.Client.SendAsync(signed.ToMessage(url: _ => change), Cancel);
            Assert.False(answer.IsSuccessStatusCode, change);
        }

        using var unchanged = await test.Client.SendAsync(signed.ToMessage(), Cancel);
        Assert.Equal("a", await unchanged.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task PresignedPut_WithoutOneOfItsHeaders_OrWithOtherContent_LeavesNothing()
    {
        await using var test = await CreateAsync();
        var can = test.Store.Capabilities;
        var content = "hello"u8.ToArray();
        var grant = new PresignGrant(PresignVerb.Put, Key("p/a"), TimeSpan.FromMinutes(5))
        {
            ContentLength = can.PresignBindsContentLength ? content.Length : null,
            ContentMd5 = can.PresignBindsContentMd5 ? Signed.Md5(content) : (ReadOnlyMemory<byte>?)null,
            CreateOnly = true,
        };
        var signed = await test.Store.PresignAsync(grant, Cancel);
        Assert.SkipUnless(signed.Url.Reveal().Contains('?', StringComparison.Ordinal), "A ticket signs no header.");

        // A client of HTTP always says how long its content is, so that header is not left out but says something else.
        var contents = new List<byte[]>();
        contents.AddRange(can.PresignBindsContentMd5 ? ["jello"u8.ToArray()] : []);
        contents.AddRange(can.PresignBindsContentLength ? ["hello!"u8.ToArray(), "hell"u8.ToArray()] : []);
        var messages = contents.Select(other => signed.ToMessage(other)).ToList();
        foreach (var message in messages)
        {
            message.Content!.Headers.ContentLength = (await message.Content.ReadAsByteArrayAsync(Cancel)).Length;
        }

        foreach (var name in signed.RequiredHeaders.Keys.Where(
            n => !n.Equals("content-length", StringComparison.OrdinalIgnoreCase)))
        {
            messages.Add(signed.ToMessage(content, without: name));
        }

        foreach (var message in messages)
        {
            using var answer = await test.Client.SendAsync(message, Cancel);
            Assert.False(answer.IsSuccessStatusCode, message.ToString());
            Assert.Null(await test.Store.HeadAsync(Key("p/a"), Cancel));
        }

        using var good = await test.Client.SendAsync(signed.ToMessage(content), Cancel);
        Assert.True(good.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Presign_WhatCannotBeKept_IsRefused()
    {
        await using var test = await CreateAsync();
        var most = test.Store.Capabilities.MaxPresignLifetime;
        var put = new PresignGrant(PresignVerb.Put, Key("a"), most);
        (PresignGrant Grant, ObjectStoreError Error)[] cases =
        [
            (Get("a") with { Lifetime = most + TimeSpan.FromSeconds(1) }, ObjectStoreError.Invalid),
            (put with { Lifetime = most + TimeSpan.FromSeconds(1) }, ObjectStoreError.Invalid),
            (Get("a") with { Lifetime = TimeSpan.Zero }, ObjectStoreError.Invalid),
            (Get("a") with { ContentLength = 1 }, ObjectStoreError.Unsupported),
            (Get("a") with { CreateOnly = true }, ObjectStoreError.Unsupported),
            (put with { ResponseContentType = "text/html" }, ObjectStoreError.Unsupported),
            (Get("a") with { ResponseContentType = "text/html\r\nX: y" }, ObjectStoreError.Invalid),
            (put with { ContentLength = -1 }, LengthError(test, ObjectStoreError.Invalid)),
            (put with { ContentLength = long.MaxValue }, LengthError(test, ObjectStoreError.TooLarge)),
            (put with { ContentMd5 = new byte[8] }, test.Store.Capabilities.PresignBindsContentMd5
                ? ObjectStoreError.Invalid
                : ObjectStoreError.Unsupported),
        ];

        Assert.Equal("PUT", (await test.Store.PresignAsync(put, Cancel)).Method);
        foreach (var (grant, error) in cases)
        {
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
                async () => await test.Store.PresignAsync(grant, Cancel));
            Assert.Equal(error, thrown.Error);
        }
    }

    protected static ObjectKey Key(string text) => ObjectKey.Parse(text);

    protected static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    protected static PresignGrant Get(string key) => new(PresignVerb.Get, Key(key), TimeSpan.FromMinutes(5));

    protected static async Task<string> ReadAsync(IObjectStore store, string key, long offset = 0)
    {
        await using var stream = await store.OpenReadAsync(Key(key), offset, Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancel);
    }

    protected static async Task<List<string>> ListAsync(IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in store.ListAsync(Key(prefix), Cancel))
        {
            keys.Add(found.Key.ToString());
        }

        return keys;
    }

    private static ObjectStoreError LengthError(ObjectStoreUnderTest test, ObjectStoreError error) =>
        test.Store.Capabilities.PresignBindsContentLength ? error : ObjectStoreError.Unsupported;

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
