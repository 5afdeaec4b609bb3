using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Objects;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Objects;

/// <summary>Every change of a signed request is refused, each beside the same request unchanged.</summary>
public sealed class FileUrlTests
{
    private static readonly byte[] Body = "hello"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_Unchanged_AnswersTheObject_WithHardenedHeaders()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b"), Cancel);

        using var answer = await server.Client.SendAsync(signed.ToMessage(), Cancel);

        Assert.Equal("hello", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/o/a/b?", "/o/a/c?")]
    [InlineData("/o/a/b?", "/o/a%2Fb?")]
    [InlineData("/o/a/b?", "/o/%61/b?")]
    [InlineData("/o/a/b?", "/o/x/../a/b?")]
    [InlineData("/o/a/b?", "/o//a/b?")]
    [InlineData("&e=", "&e=9")]
    [InlineData("&s=", "&c=1&s=")]
    [InlineData("&s=", "&s=0")]
    [InlineData("&s=", "&s=A&s=")]
    [InlineData("?k=", "?x=1&k=")]
    [InlineData("?k=", "?k=00000000&k=")]
    public async Task Get_TamperedUrl_IsRefused(string part, string other)
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b"), Cancel);

        using var good = await server.Client.SendAsync(signed.ToMessage(), Cancel);
        using var bad = await server.Client.SendAsync(
            signed.ToMessage(url: u => u.Replace(part, other, StringComparison.Ordinal)), Cancel);

        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.True(bad.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, bad.StatusCode.ToString());
        Assert.DoesNotContain("hello", await bad.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_LaterExpiry_IsRefused()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b"), Cancel);
        var expiry = signed.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var later = (signed.ExpiresAt.ToUnixTimeSeconds() + 60).ToString(CultureInfo.InvariantCulture);

        using var bad = await server.Client.SendAsync(
            signed.ToMessage(url: u => u.Replace($"e={expiry}", $"e={later}", StringComparison.Ordinal)), Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Get_OtherMethod_IsRefused(string method)
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b"), Cancel);

        using var bad = await server.Client.SendAsync(signed.ToMessage(method: method), Cancel);

        Assert.False(bad.IsSuccessStatusCode);
        Assert.Equal(5, (await server.Store.HeadAsync(ObjectKey.Parse("a/b"), Cancel))!.Length);
    }

    [Fact]
    public async Task Head_Signed_AnswersLengthOnly_AndNoGet()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b") with { Verb = PresignVerb.Head }, Cancel);

        using var good = await server.Client.SendAsync(signed.ToMessage(), Cancel);
        using var bad = await server.Client.SendAsync(signed.ToMessage(method: "GET"), Cancel);

        Assert.Equal(5, good.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
    }

    [Fact]
    public async Task Get_Range_AnswersThatPart()
    {
        await using var server = await StartAsync();
        var message = (await server.Store.PresignAsync(Get("a/b"), Cancel)).ToMessage();
        message.Headers.Range = new RangeHeaderValue(1, 3);

        using var answer = await server.Client.SendAsync(message, Cancel);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("ell", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Get_Missing_IsNotFound_AndSaysNothingOfTheUrl()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("not/there"), Cancel);

        using var answer = await server.Client.SendAsync(signed.ToMessage(), Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("there/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not/there", text, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("Content-MD5", null)]
    [InlineData("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")]
    [InlineData("If-None-Match", null)]
    [InlineData("If-None-Match", "\"x\"")]
    public async Task Put_HeaderDroppedOrChanged_IsRefused(string name, string? value)
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Put(Body), Cancel);
        var message = signed.ToMessage(Body);
        HttpHeaders headers = name == "Content-MD5" ? message.Content!.Headers : message.Headers;
        headers.Remove(name);
        if (value is not null)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        using var bad = await server.Client.SendAsync(message, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
        Assert.Null(await server.Store.HeadAsync(ObjectKey.Parse("up/load"), Cancel));

        using var good = await server.Client.SendAsync(signed.ToMessage(Body), Cancel);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Put_WithoutLength_IsRefused()
    {
        await using var server = await StartAsync();
        var message = (await server.Store.PresignAsync(Put(Body), Cancel)).ToMessage(Body);
        message.Content!.Headers.ContentLength = null;
        message.Headers.TransferEncodingChunked = true;

        using var bad = await server.Client.SendAsync(message, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
    }

    [Theory]
    [InlineData("hell")]
    [InlineData("hello!")]
    public async Task Put_OtherLength_IsRefused(string content)
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Put(Body), Cancel);
        var message = signed.ToMessage(Encoding.UTF8.GetBytes(content));
        message.Content!.Headers.ContentLength = content.Length;

        using var bad = await server.Client.SendAsync(message, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
        Assert.Null(await server.Store.HeadAsync(ObjectKey.Parse("up/load"), Cancel));
    }

    [Fact]
    public async Task Put_OtherContentOfThatLength_LeavesNothing()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Put(Body), Cancel);

        using var bad = await server.Client.SendAsync(signed.ToMessage("jello"u8.ToArray()), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, bad.StatusCode);
        Assert.Null(await server.Store.HeadAsync(ObjectKey.Parse("up/load"), Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Root, "%tmp")));

        using var good = await server.Client.SendAsync(signed.ToMessage(Body), Cancel);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_UnboundButTooLong_IsCutOff(bool chunked)
    {
        await using var server = await StartAsync();
        var grant = new PresignGrant(PresignVerb.Put, ObjectKey.Parse("up/load"), TimeSpan.FromMinutes(5));
        var signed = await server.Store.PresignAsync(grant, Cancel);
        var message = signed.ToMessage(new byte[FileStoreServer.UploadMax + 1]);
        message.Headers.TransferEncodingChunked = chunked;

        using var bad = await server.Client.SendAsync(message, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bad.StatusCode);
        Assert.Null(await server.Store.HeadAsync(grant.Key, Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Root, "%tmp")));

        using var good = await server.Client.SendAsync(signed.ToMessage(new byte[FileStoreServer.UploadMax]), Cancel);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Theory]
    [InlineData("Host", "evil.example", 403)]
    [InlineData("Host", "127.0.0.1:1", 403)]
    [InlineData("Host", "localhost:PORT", 200)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://127.0.0.1:PORT", 200)]
    public async Task Get_UnderAnotherName_IsRefused(string header, string value, int status)
    {
        await using var server = await StartAsync();
        var message = (await server.Store.PresignAsync(Get("a/b"), Cancel)).ToMessage();
        var port = new Uri(server.Url).Port.ToString(CultureInfo.InvariantCulture);
        message.Headers.TryAddWithoutValidation(header, value.Replace("PORT", port, StringComparison.Ordinal));

        using var answer = await server.Client.SendAsync(message, Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Get_RawDotSegments_NeverReachAnotherObject()
    {
        await using var server = await StartAsync();
        var signed = await server.Store.PresignAsync(Get("a/b"), Cancel);
        var target = signed.Url.Reveal()[server.Url.Length..];
        var good = await SendRawAsync(server, target);

        Assert.StartsWith("HTTP/1.1 200", good, StringComparison.Ordinal);
        foreach (var tricked in new[] { "/o/x/..", "/o/%2e%2e", "/o/x/%2e%2e", "/x/..", "/o/." })
        {
            var bad = await SendRawAsync(server, target.Replace("/o", tricked + "/o", StringComparison.Ordinal));
            Assert.DoesNotContain("200 OK", bad, StringComparison.Ordinal);
            Assert.DoesNotContain("hello", bad, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rotate_OldUrlsWork_UntilTheirKeyIsGone()
    {
        await using var server = await StartAsync();
        var keys = KeyFile.OpenOrCreate(server.KeyPath);
        var rotated = keys.Rotate();
        var old = server.SignerWith(keys).Sign(Get("a/b"), server.Time.GetUtcNow().AddMinutes(1)).Url.Reveal();
        var fresh = server.SignerWith(rotated).Sign(Get("a/b"), server.Time.GetUtcNow().AddMinutes(1)).Url.Reveal();
        File.Delete(server.KeyPath);
        var other = server.SignerWith(KeyFile.OpenOrCreate(server.KeyPath));

        Assert.Equal(FileUrlVerdict.Valid, Verify(server.SignerWith(rotated), old));
        Assert.Equal(FileUrlVerdict.Valid, Verify(server.SignerWith(rotated), fresh));
        Assert.Equal(FileUrlVerdict.Invalid, Verify(server.SignerWith(keys), fresh));
        Assert.Equal(FileUrlVerdict.Invalid, Verify(other, old));

        FileUrlVerdict Verify(FileUrlSigner signer, string url) => signer.Verify("GET", url[server.Url.Length..], out _);
    }

    private static async Task<FileStoreServer> StartAsync()
    {
        var server = await FileStoreServer.StartAsync();
        foreach (var key in new[] { "a/b", "a/c" })
        {
            await server.Store.PutAsync(ObjectKey.Parse(key), new MemoryStream(Body), PutMode.Replace, Cancel);
        }

        return server;
    }

    private static PresignGrant Get(string key) => new(PresignVerb.Get, ObjectKey.Parse(key), TimeSpan.FromMinutes(5));

    private static PresignGrant Put(byte[] content) =>
        new(PresignVerb.Put, ObjectKey.Parse("up/load"), TimeSpan.FromMinutes(5))
        {
            ContentLength = content.Length,
            ContentMd5 = Signed.Md5(content),
            CreateOnly = true,
        };

    // HttpClient would tidy the target up before it is sent.
    private static async Task<string> SendRawAsync(FileStoreServer server, string target)
    {
        var url = new Uri(server.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, Cancel);
        await using var stream = client.GetStream();
        var request = $"GET {target} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancel);
    }
}
