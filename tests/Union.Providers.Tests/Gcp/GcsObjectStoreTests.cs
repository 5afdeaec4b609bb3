using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;

namespace Union.Providers.Tests.Gcp;

public sealed class GcsObjectStoreTests : ObjectStoreContract
{
    protected override async ValueTask<ObjectStoreUnderTest> CreateAsync() => (await GcsStores.OpenAsync()).Test;

    [Theory]
    [InlineData(404, "NoSuchBucket", ObjectStoreError.NoBucket, null)]
    [InlineData(403, "AccessDenied", ObjectStoreError.Denied, "storage.objects.get")]
    [InlineData(401, "AuthenticationRequired", ObjectStoreError.BadCredentials, null)]
    [InlineData(403, "RequestTimeTooSkewed", ObjectStoreError.ClockSkewed, null)]
    [InlineData(429, "SlowDown", ObjectStoreError.Throttled, null)]
    [InlineData(503, "ServiceUnavailable", ObjectStoreError.Unavailable, null)]
    public async Task Refusal_OfTheStore_HasAnErrorOfItsOwn(
        int status, string code, ObjectStoreError error, string? permission)
    {
        var (test, server) = await GcsStores.OpenAsync();
        await using var _ = test;
        server.Refusal = (status, code);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Store.OpenReadAsync(Key("a"), 0, Cancel));

        Assert.Equal(error, thrown.Error);
        Assert.Equal(permission, thrown.Permission);
    }

    [Fact]
    public async Task NoToken_IsBadCredentials()
    {
        var (test, _) = await GcsStores.OpenAsync(tokens: new NoTokens());
        await using var store = test;

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => test.Store.HeadAsync(Key("a"), Cancel));

        Assert.Equal(ObjectStoreError.BadCredentials, thrown.Error);
    }

    [Fact]
    public async Task PresignedPut_WithACustomersKey_NamesItInASignedHeader()
    {
        const string encryption = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
        var (test, _) = await GcsStores.OpenAsync(o => o with { EncryptionKey = encryption });
        await using var store = test;
        var signed = await test.Store.PresignAsync(
            new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5)), Cancel);

        using var good = await test.Client.SendAsync(signed.ToMessage([1]), Cancel);
        var without = signed.ToMessage([1]);
        without.Headers.Remove("x-goog-encryption-kms-key-name");
        using var bad = await test.Client.SendAsync(without, Cancel);

        Assert.Equal(encryption, signed.RequiredHeaders["x-goog-encryption-kms-key-name"]);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, bad.StatusCode);
    }

    // An upload without a length is the client's choice, so its size is signed as a range and the store itself refuses more.
    [Fact]
    public async Task PresignedPut_WithoutALength_TakesNoMoreThanThePolicy()
    {
        var (test, _) = await GcsStores.OpenAsync(o => o with { UploadMax = 5 });
        await using var store = test;
        var signed = await test.Store.PresignAsync(
            new PresignGrant(PresignVerb.Put, Key("a"), TimeSpan.FromMinutes(5)), Cancel);

        using var larger = await test.Client.SendAsync(signed.ToMessage("hello!"u8.ToArray()), Cancel);
        using var without = await test.Client.SendAsync(
            signed.ToMessage("hello!"u8.ToArray(), without: "x-goog-content-length-range"), Cancel);
        using var wider = signed.ToMessage("hello!"u8.ToArray(), without: "x-goog-content-length-range");
        wider.Headers.Add("x-goog-content-length-range", "0,6");
        using var widened = await test.Client.SendAsync(wider, Cancel);
        Assert.Null(await test.Store.HeadAsync(Key("a"), Cancel));
        using var good = await test.Client.SendAsync(signed.ToMessage("hello"u8.ToArray()), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, larger.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, widened.StatusCode);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    // What cannot be read twice has no MD5 beforehand: it is compared with the store's, and removed.
    [Fact]
    public async Task Put_OfAStreamThatCannotSeek_DamagedOnItsWay_IsRefusedAndRemoved()
    {
        var (test, _) = await GcsStores.OpenAsync();
        await using var store = test;
        var pipe = new System.IO.Pipelines.Pipe();
        await pipe.Writer.WriteAsync("good-bytes"u8.ToArray(), Cancel);
        await pipe.Writer.CompleteAsync();

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
            () => test.Damaging!.PutAsync(Key("a"), pipe.Reader.AsStream(), PutMode.Replace, Cancel));

        Assert.Contains("damaged", thrown.Message, StringComparison.Ordinal);
        Assert.Null(await test.Store.HeadAsync(Key("a"), Cancel));
    }

    private sealed class NoTokens : ITokenAccess
    {
        public Task<string> GetAccessTokenForRequestAsync(
            string? authUri = null, CancellationToken cancellationToken = default) =>
            throw new TokenResponseException(new TokenErrorResponse { Error = "invalid_grant" });
    }
}
