using System.Globalization;
using Union.Core.ComputePlane.Objects;
using Xunit;

namespace Union.Testing.Objects;

/// <summary>
/// Each misuse is refused, what was there stays, and the same thing unchanged works: without that control a server that
/// refuses everything would pass.
/// </summary>
public abstract partial class ObjectStoreContract
{
    private const int CutBytes = 1 << 20;

    public static TheoryData<Misuse> Misuses => [.. Enum.GetValues<Misuse>()];

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task Misuse_IsRefused_AndTheControlSucceeds(Misuse misuse)
    {
        await using var test = await CreateAsync();
        Assert.SkipWhen(test.Without.ContainsKey(misuse), test.Without.GetValueOrDefault(misuse) ?? "");
        await test.Store.PutAsync(Key("x/a"), Content("a"), PutMode.Replace, Cancel);
        await test.Store.PutAsync(Key("x/b"), Content("b"), PutMode.Replace, Cancel);

        await (misuse switch
        {
            Misuse.WrongVerb => WrongVerbAsync(test),
            Misuse.OtherKey => ChangedAsync(test, url => [url.Replace("x/a?", "x/b?", StringComparison.Ordinal)]),
            Misuse.LongerLifetime => ChangedAsync(test, url => [Lengthened(url, test.LifetimeParameter!)]),
            Misuse.TamperedQuery => ChangedAsync(test, url => UrlChanges.Of(url, "x/a", "x/b")),
            Misuse.AddedParameter => ChangedAsync(test, url => [$"{url}&{test.TypeParameter}=text%2Fhtml"], plain: true),
            Misuse.DroppedSignedHeader => DroppedHeaderAsync(test),
            Misuse.WrongSize => WrongContentAsync(test, test.Store.Capabilities.PresignBindsContentLength, "hello!", "hell"),
            Misuse.WrongChecksum => WrongContentAsync(test, test.Store.Capabilities.PresignBindsContentMd5, "jello"),
            Misuse.OverwrittenObject => OverwrittenAsync(test),
            Misuse.Expired => ExpiredAsync(test),
            Misuse.EndedCredential => EndedCredentialAsync(test),
            Misuse.CutUpload => CutUploadAsync(test),
            _ => throw new ArgumentOutOfRangeException(nameof(misuse)),
        });

        Assert.Equal("a", await ReadAsync(test.Store, "x/a"));
        Assert.Equal("b", await ReadAsync(test.Store, "x/b"));
    }

    private static async Task WrongVerbAsync(ObjectStoreUnderTest test)
    {
        var get = await test.Store.PresignAsync(Get("x/a"), Cancel);
        var put = await test.Store.PresignAsync(new PresignGrant(PresignVerb.Put, Key("x/new"), TimeSpan.FromMinutes(5)), Cancel);
        var upload = get.ToMessage([1], "PUT");
        upload.Headers.Add("x-ms-blob-type", "BlockBlob"); // Without it Azure looks no further.

        await RefusedAsync(test, upload);
        await RefusedAsync(test, get.ToMessage(null, "DELETE"));
        await RefusedAsync(test, put.ToMessage(null, "DELETE"));
        await GoodAsync(test, put.ToMessage([1]));
        await RefusedAsync(test, put.ToMessage(null, "GET"));
        await RefusedAsync(test, put.ToMessage(null, "DELETE"));
        Assert.NotNull(await test.Store.HeadAsync(Key("x/new"), Cancel));
        await GoodAsync(test, get.ToMessage());
    }

    private static async Task ChangedAsync(
        ObjectStoreUnderTest test, Func<string, IEnumerable<string>> changes, bool plain = false)
    {
        var grant = plain ? Get("x/a") : Get("x/a") with { ResponseContentType = "text/plain", ResponseContentDisposition = "inline" };
        var signed = await test.Store.PresignAsync(grant, Cancel);
        foreach (var change in changes(signed.Url.Reveal()))
        {
            Assert.NotEqual(signed.Url.Reveal(), change);
            await RefusedAsync(test, signed.ToMessage(url: _ => change));
        }

        await GoodAsync(test, signed.ToMessage());
    }

    private static async Task DroppedHeaderAsync(ObjectStoreUnderTest test)
    {
        var content = "hello"u8.ToArray();
        var signed = await test.Store.PresignAsync(Bound(test, content), Cancel);

        // A client of HTTP always says how long its content is, so that header is never left out.
        var names = signed.RequiredHeaders.Keys.Where(n => !n.Equals("content-length", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            await RefusedAsync(test, signed.ToMessage(content, without: name));
            Assert.Null(await test.Store.HeadAsync(Key("x/new"), Cancel));
        }

        await GoodAsync(test, signed.ToMessage(content));
    }

    // A store that cannot bind it says so, and signs nothing that looks as if it did.
    private static async Task WrongContentAsync(ObjectStoreUnderTest test, bool binds, params string[] others)
    {
        var content = "hello"u8.ToArray();
        var isSize = others.Any(o => o.Length != content.Length);
        if (!binds)
        {
            var put = new PresignGrant(PresignVerb.Put, Key("x/new"), TimeSpan.FromMinutes(5));
            var grant = isSize
                ? put with { ContentLength = content.Length }
                : put with { ContentMd5 = Signed.Md5(content) };
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(async () => await test.Store.PresignAsync(grant, Cancel));
            Assert.Equal(ObjectStoreError.Unsupported, thrown.Error);
            return;
        }

        // One bound alone: the other would refuse what this one is to refuse.
        var bound = Bound(test, content);
        var signed = await test.Store.PresignAsync(
            isSize ? bound with { ContentMd5 = null } : bound with { ContentLength = null }, Cancel);
        foreach (var other in others)
        {
            var message = signed.ToMessage(System.Text.Encoding.UTF8.GetBytes(other));
            message.Content!.Headers.ContentLength = other.Length;
            await RefusedAsync(test, message);
            Assert.Null(await test.Store.HeadAsync(Key("x/new"), Cancel));
        }

        await GoodAsync(test, signed.ToMessage(content));
    }

    private static async Task OverwrittenAsync(ObjectStoreUnderTest test)
    {
        var create = new PresignGrant(PresignVerb.Put, Key("x/a"), TimeSpan.FromMinutes(5)) { CreateOnly = true };
        var taken = await test.Store.PresignAsync(create, Cancel);
        var free = await test.Store.PresignAsync(create with { Key = Key("x/new") }, Cancel);

        await RefusedAsync(test, taken.ToMessage("two"u8.ToArray()));
        await GoodAsync(test, free.ToMessage("one"u8.ToArray()));
        await RefusedAsync(test, free.ToMessage("two"u8.ToArray()));
        Assert.Equal("one", await ReadAsync(test.Store, "x/new"));
    }

    // The clock of a real server cannot be moved; there a signer that is hours behind signs what is over already.
    private static async Task ExpiredAsync(ObjectStoreUnderTest test)
    {
        var put = new PresignGrant(PresignVerb.Put, Key("x/a"), TimeSpan.FromMinutes(5));
        var signer = test.Behind ?? test.Store;
        var signed = new[] { (await signer.PresignAsync(Get("x/a"), Cancel), (byte[]?)null), (await signer.PresignAsync(put, Cancel), [1]) };
        await GoodAsync(test, (await test.Store.PresignAsync(Get("x/a"), Cancel)).ToMessage());
        if (test.Behind is null)
        {
            Assert.NotNull(test.Advance);
            test.Advance(TimeSpan.FromMinutes(5));
        }

        foreach (var (request, content) in signed)
        {
            await RefusedAsync(test, request.ToMessage(content));
        }
    }

    private static async Task EndedCredentialAsync(ObjectStoreUnderTest test)
    {
        Assert.NotNull(test.SignWithEndedCredential);

        await RefusedAsync(test, (await test.SignWithEndedCredential(Get("x/a"))).ToMessage());
        await GoodAsync(test, (await test.Store.PresignAsync(Get("x/a"), Cancel)).ToMessage());
    }

    private static async Task CutUploadAsync(ObjectStoreUnderTest test)
    {
        var grant = new PresignGrant(PresignVerb.Put, Key("x/new"), TimeSpan.FromMinutes(5));
        var cut = (await test.Store.PresignAsync(grant, Cancel)).ToMessage();
        var own = cut.Content?.Headers.ToList() ?? [];
        cut.Content = new CutContent(CutBytes);
        own.ForEach(header => cut.Content.Headers.TryAddWithoutValidation(header.Key, header.Value));

        await Assert.ThrowsAnyAsync<Exception>(() => test.Client.SendAsync(cut, Cancel));

        Assert.Null(await test.Store.HeadAsync(Key("x/new"), Cancel));
        Assert.Equal(["x/a", "x/b"], await ListAsync(test.Store, "x"));
        var again = await test.Store.PresignAsync(grant with { CreateOnly = true }, Cancel);
        await GoodAsync(test, again.ToMessage("whole"u8.ToArray()));
        Assert.Equal("whole", await ReadAsync(test.Store, "x/new"));
    }

    private static PresignGrant Bound(ObjectStoreUnderTest test, byte[] content) =>
        new(PresignVerb.Put, Key("x/new"), TimeSpan.FromMinutes(5))
        {
            ContentLength = test.Store.Capabilities.PresignBindsContentLength ? content.Length : null,
            ContentMd5 = test.Store.Capabilities.PresignBindsContentMd5 ? Signed.Md5(content) : (ReadOnlyMemory<byte>?)null,
            CreateOnly = true,
        };

    private static async Task RefusedAsync(ObjectStoreUnderTest test, HttpRequestMessage message)
    {
        using var answer = await test.Client.SendAsync(message, Cancel);
        Assert.InRange((int)answer.StatusCode, 400, 499);
    }

    private static async Task GoodAsync(ObjectStoreUnderTest test, HttpRequestMessage message)
    {
        using var answer = await test.Client.SendAsync(message, Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
    }

    // Seconds, or an instant.
    private static string Lengthened(string url, string parameter)
    {
        var start = url.IndexOfAny(['?', '&']);
        while (!url.AsSpan(start + 1).StartsWith(parameter + "=", StringComparison.Ordinal))
        {
            start = url.IndexOf('&', start + 1);
        }

        var begin = start + 2 + parameter.Length;
        var end = url.IndexOf('&', begin);
        end = end < 0 ? url.Length : end;
        var value = Uri.UnescapeDataString(url[begin..end]);
        var longer = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (seconds + 600).ToString(CultureInfo.InvariantCulture)
            : DateTimeOffset.Parse(value, CultureInfo.InvariantCulture).AddMinutes(10).UtcDateTime
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return url[..begin] + Uri.EscapeDataString(longer) + url[end..];
    }
}
