using System.Net;
using System.Security.Cryptography;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

public sealed class S3ObjectStoreTests(RadosGateway gateway) : ObjectStoreContract, IClassFixture<RadosGateway>
{
    protected override ValueTask<ObjectStoreUnderTest> CreateAsync() => ValueTask.FromResult(S3Stores.Open(gateway));

    [Fact]
    public async Task Put_LargerThanAPart_IsReadBackWhole()
    {
        await using var test = await CreateAsync();
        var content = RandomNumberGenerator.GetBytes((33 << 20) + 1);

        await test.Store.PutAsync(Key("large"), new MemoryStream(content), PutMode.Replace, Cancel);

        using var read = new MemoryStream();
        await (await test.Store.OpenReadAsync(Key("large"), 0, Cancel)).CopyToAsync(read, Cancel);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task Put_LargerThanAPartCreateOnly_IsRefused_SinceTheServerWouldReplace()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("large"), Content("first"), PutMode.Replace, Cancel);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => test.Store.PutAsync(
            Key("large"), new MemoryStream(new byte[17 << 20]), PutMode.CreateOnly, Cancel));

        Assert.Equal(ObjectStoreError.TooLarge, thrown.Error);
        Assert.Equal("first", await ReadAsync(test.Store, "large"));
    }

    [Fact]
    public async Task OpenRead_FromTheEndOn_IsEmpty()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("abc"), PutMode.Replace, Cancel);

        Assert.Equal("", await ReadAsync(test.Store, "a", 3));
    }

    [Fact]
    public async Task Presigned_WithAnythingChanged_IsForbidden()
    {
        await using var test = await CreateAsync();
        await test.Store.PutAsync(Key("a"), Content("a"), PutMode.Replace, Cancel);
        await test.Store.PutAsync(Key("b"), Content("b"), PutMode.Replace, Cancel);
        var signed = await test.Store.PresignAsync(Get("a"), Cancel);
        Func<string, string>[] changes =
        [
            u => u.Replace("/a?", "/b?", StringComparison.Ordinal),
            u => u.Replace("X-Amz-Expires=300", "X-Amz-Expires=301", StringComparison.Ordinal),
            u => u + "&response-content-type=text%2Fhtml",
        ];

        foreach (var change in changes)
        {
            Assert.NotEqual(signed.Url.Reveal(), change(signed.Url.Reveal()));
            using var answer = await test.Client.SendAsync(signed.ToMessage(url: change), Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task PresignedPut_WithAnotherLength_IsForbidden()
    {
        await using var test = await CreateAsync();
        var grant = new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5)) { ContentLength = 5 };
        var signed = await test.Store.PresignAsync(grant, Cancel);
        var message = signed.ToMessage("longer"u8.ToArray());
        message.Content!.Headers.ContentLength = 6;

        using var answer = await test.Client.SendAsync(message, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Null(await test.Store.HeadAsync(Key("a"), Cancel));
    }
}
