using System.Net;
using System.Text;
using Union.Core.ComputePlane.Objects;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>What is signed works as promised, and what cannot be kept is not signed.</summary>
public abstract partial class ObjectStoreContract
{
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
        await test.Store.PutAsync(Key("a"), Content("hello"), PutMode.Replace, Cancel);
        if (test.Advance is null)
        {
            await ShortLifeEndsAsync(test);
            return;
        }

        var signed = await test.Store.PresignAsync(Get("a"), Cancel);

        test.Advance(TimeSpan.FromSeconds(295));
        using var before = await test.Client.SendAsync(signed.ToMessage(), Cancel);
        test.Advance(TimeSpan.FromSeconds(5));
        using var after = await test.Client.SendAsync(signed.ToMessage(), Cancel);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    // The clock of a real server cannot be moved, but a short life can be waited for. However slow the machine is, nothing
    // that was asked for after the end is given, and nothing that was answered before it is refused; where it was too slow
    // to ask in time at all, a longer life is tried.
    private static async Task ShortLifeEndsAsync(ObjectStoreUnderTest test)
    {
        var second = TimeSpan.FromSeconds(1);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var life = 2; ; life *= 2)
        {
            Assert.InRange(life, 2, 64);
            var signed = await test.Store.PresignAsync(Get("a") with { Lifetime = TimeSpan.FromSeconds(life) }, Cancel);
            var given = 0;
            while (true)
            {
                var asked = TimeProvider.System.GetUtcNow();
                using var answer = await test.Client.SendAsync(signed.ToMessage(), Cancel);
                if (answer.StatusCode is not HttpStatusCode.OK)
                {
                    Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
                    Assert.InRange(TimeProvider.System.GetUtcNow(), signed.ExpiresAt, DateTimeOffset.MaxValue);
                    break;
                }

                Assert.InRange(asked, DateTimeOffset.MinValue, signed.ExpiresAt + second);
                given++;
                await timer.WaitForNextTickAsync(Cancel);
            }

            if (given > 0)
            {
                return;
            }
        }
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

    private static ObjectStoreError LengthError(ObjectStoreUnderTest test, ObjectStoreError error) =>
        test.Store.Capabilities.PresignBindsContentLength ? error : ObjectStoreError.Unsupported;
}
