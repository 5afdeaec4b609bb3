using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Aws.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>Encryption with the customer's own key, on a gateway that encrypts and says with which.</summary>
[Collection(SharedGateway.Name)]
public sealed class S3EncryptionTests(RadosGateway gateway)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignedPut_DemandsTheKey_AndTheObjectIsEncryptedWithIt()
    {
        var options = S3Stores.OptionsOf(gateway) with { EncryptionKey = RadosGateway.EncryptionKey };
        await using var test = S3Stores.Open(gateway, _ => options);
        var content = "hello"u8.ToArray();
        var key = ObjectKey.Parse("a");
        var signed = await test.Store.PresignAsync(
            new PresignGrant(PresignVerb.Put, key, TimeSpan.FromMinutes(5)) { ContentMd5 = Signed.Md5(content) }, Cancel);

        string[] headers = ["x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"];
        foreach (var name in headers)
        {
            using var without = await test.Client.SendAsync(signed.ToMessage(content, without: name), Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);
        }

        var other = signed.ToMessage(content);
        other.Headers.Remove(headers[1]);
        other.Headers.Add(headers[1], RadosGateway.OtherEncryptionKey);
        using var withOther = await test.Client.SendAsync(other, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, withOther.StatusCode);
        Assert.Null(await test.Store.HeadAsync(key, Cancel));

        using var good = await test.Client.SendAsync(signed.ToMessage(content), Cancel);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(RadosGateway.EncryptionKey, await KeyOfAsync(options, "a"));
        var get = await test.Store.PresignAsync(new PresignGrant(PresignVerb.Get, key, TimeSpan.FromMinutes(5)), Cancel);
        using var read = await test.Client.SendAsync(get.ToMessage(), Cancel);
        Assert.Equal("hello", await read.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(10)]
    [InlineData((17 << 20) + 1)]
    public async Task Put_WholeOrInParts_IsEncryptedWithTheKey(int size)
    {
        var options = S3Stores.OptionsOf(gateway) with { EncryptionKey = RadosGateway.EncryptionKey };
        await using var test = S3Stores.Open(gateway, _ => options);
        var content = RandomNumberGenerator.GetBytes(size);

        await test.Store.PutAsync(ObjectKey.Parse("a"), new MemoryStream(content), PutMode.Replace, Cancel);

        Assert.Equal(RadosGateway.EncryptionKey, await KeyOfAsync(options, "a"));
        using var read = new MemoryStream();
        await (await test.Store.OpenReadAsync(ObjectKey.Parse("a"), 0, Cancel)).CopyToAsync(read, Cancel);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task Put_WithAKeyThatIsNotThere_SaysSo_AndSoDoesTheDoctor()
    {
        await using var test = S3Stores.Open(gateway, o => o with { EncryptionKey = "no-such-key" });

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => test.Store.PutAsync(
            ObjectKey.Parse("a"), new MemoryStream([1]), PutMode.Replace, Cancel));
        var checks = await new ObjectStoreProbe(test.Store, test.Client, null, TimeProvider.System).RunAsync(Cancel)
            .ToDictionaryAsync(result => result.Name, cancellationToken: Cancel);

        Assert.Equal("object_store_key_unusable", thrown.ToAnswer().Reason);
        Assert.Equal(CheckState.Failed, checks["objects.key"].State);
        Assert.Equal(CheckState.Ok, checks["objects.bucket"].State);
    }

    private async Task<string> KeyOfAsync(S3ObjectStoreOptions options, string key)
    {
        using var s3 = new AmazonS3Client(new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey), S3Client.ConfigOf(options));
        var head = await s3.GetObjectMetadataAsync(options.Bucket, $"{options.Prefix}/{key}", Cancel);
        Assert.Equal(ServerSideEncryptionMethod.AWSKMS, head.ServerSideEncryptionMethod);
        return head.ServerSideEncryptionKeyManagementServiceKeyId;
    }
}
