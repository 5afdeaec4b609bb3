using System.Net;
using Amazon.Runtime;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>Roles, sessions and credentials against a gateway that verifies them.</summary>
[Collection(SharedGateway.Name)]
public sealed class S3SessionTests(RadosGateway gateway)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AwsRoleOptions Role => new(RadosGateway.Role, Endpoint: gateway.Endpoint);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Presign_WithARole_CarriesASession_AndWorks(bool perUrl)
    {
        await using var test = S3Stores.Open(gateway, o => o with { Role = Role with { PerUrl = perUrl } });
        var key = ObjectKey.Parse("dir/a b+c");
        var put = new PresignGrant(PresignVerb.Put, key, TimeSpan.FromMinutes(5)) { ContentMd5 = Signed.Md5("hello"u8.ToArray()) };

        var signed = await test.Store.PresignAsync(put, Cancel);
        using var written = await test.Client.SendAsync(signed.ToMessage("hello"u8.ToArray()), Cancel);
        var get = await test.Store.PresignAsync(new PresignGrant(PresignVerb.Get, key, TimeSpan.FromMinutes(5)), Cancel);
        using var read = await test.Client.SendAsync(get.ToMessage(), Cancel);

        Assert.Contains("&X-Amz-Security-Token=", signed.Url.Reveal(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        Assert.Equal("hello", await read.Content.ReadAsStringAsync(Cancel));
    }

    // What a bug would do: sign something else with the session of one URL.
    [Fact]
    public async Task NarrowedSession_SignsNothingButItsKeyAndVerb()
    {
        await using var test = S3Stores.Open(gateway, o => o with { Prefix = null });
        await test.Store.PutAsync(ObjectKey.Parse("narrow/a"), new MemoryStream("a"u8.ToArray()), PutMode.Replace, Cancel);
        await test.Store.PutAsync(ObjectKey.Parse("narrow/b"), new MemoryStream("b"u8.ToArray()), PutMode.Replace, Cancel);
        var owner = new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey);
        using var role = new AssumedRole(Role, owner, "us-east-1");
        var policy = S3SessionPolicy.Of(PresignVerb.Get, "us-east-1", RadosGateway.Bucket, "narrow/a", []);
        var session = await role.NarrowedAsync(policy, TimeSpan.FromMinutes(5), Cancel);
        var options = new S3ObjectStoreOptions { Bucket = RadosGateway.Bucket, Region = "us-east-1", Endpoint = gateway.Endpoint };
        var signer = new SigV4QuerySigner(S3Address.Of(options), "us-east-1");

        async Task<HttpStatusCode> AskAsync(PresignVerb verb, string key)
        {
            var grant = new PresignGrant(verb, ObjectKey.Parse(key), TimeSpan.FromMinutes(5));
            var signed = signer.Sign(grant, key, session, TimeProvider.System.GetUtcNow());
            using var answer = await test.Client.SendAsync(
                signed.ToMessage(verb is PresignVerb.Put ? "x"u8.ToArray() : null), Cancel);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(PresignVerb.Get, "narrow/a"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(PresignVerb.Get, "narrow/b"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(PresignVerb.Put, "narrow/a"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(PresignVerb.Put, "narrow/c"));
    }

    [Fact]
    public async Task WrongKeys_AreRefused_ForCallsAndForRoles()
    {
        var wrong = new BasicAWSCredentials(gateway.AccessKey, "wrong");
        await using var plain = S3Stores.Open(gateway, credentials: wrong);
        await using var withRole = S3Stores.Open(
            gateway, o => o with { Role = Role with { PerUrl = true } }, wrong);
        var grant = new PresignGrant(PresignVerb.Get, ObjectKey.Parse("a"), TimeSpan.FromMinutes(5));

        // Amazon says what is wrong with a signature; Ceph with STS denies access.
        ObjectStoreError[] refusals = [ObjectStoreError.BadCredentials, ObjectStoreError.Denied];
        Assert.Contains(
            await ErrorAsync(() => plain.Store.OpenReadAsync(ObjectKey.Parse("a"), 0, Cancel)), refusals);
        Assert.Contains(await ErrorAsync(() => withRole.Store.PresignAsync(grant, Cancel).AsTask()), refusals);
    }

    // Closed again unchanged the same token is taken, so what is refused is its end and nothing else.
    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.Forbidden)]
    public async Task Session_ThatHasEnded_OpensNothing(bool hasEnded, HttpStatusCode expected)
    {
        var options = S3Stores.OptionsOf(gateway);
        await using var owner = S3Stores.Open(gateway, _ => options);
        await owner.Store.PutAsync(ObjectKey.Parse("a"), new MemoryStream("a"u8.ToArray()), PutMode.Replace, Cancel);
        var session = await StsTokens.NewAsync(gateway, hasEnded, Cancel);
        var credentials = new SessionAWSCredentials(
            session.AccessKeyId, session.SecretKey.Reveal(), session.SessionToken!.Reveal());
        await using var test = S3Stores.Open(gateway, _ => options, credentials);

        var signed = await test.Store.PresignAsync(
            new PresignGrant(PresignVerb.Get, ObjectKey.Parse("a"), TimeSpan.FromMinutes(5)), Cancel);
        using var answer = await test.Client.SendAsync(signed.ToMessage(), Cancel);

        Assert.Equal(expected, answer.StatusCode);
        if (hasEnded)
        {
            // Amazon says ExpiredToken; Ceph denies access.
            Assert.Contains(
                await ErrorAsync(() => test.Store.OpenReadAsync(ObjectKey.Parse("a"), 0, Cancel)),
                new[] { ObjectStoreError.BadCredentials, ObjectStoreError.Denied });
        }
    }

    [Fact]
    public async Task NoSuchBucket_IsSaid()
    {
        await using var test = S3Stores.Open(gateway, o => o with { Bucket = "not-there" });

        Assert.Equal(ObjectStoreError.NoBucket, await ErrorAsync(
            () => test.Store.OpenReadAsync(ObjectKey.Parse("a"), 0, Cancel)));
        Assert.Equal(ObjectStoreError.NoBucket, await ErrorAsync(() => test.Store.PutAsync(
            ObjectKey.Parse("a"), new MemoryStream([1]), PutMode.Replace, Cancel)));
    }

    [Fact]
    public async Task MissingPermission_IsNamed()
    {
        await using var test = S3Stores.Open(gateway, o => o with { Prefix = null });
        var owner = new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey);
        using var role = new AssumedRole(Role, owner, "us-east-1");
        var policy = S3SessionPolicy.Of(PresignVerb.Get, "us-east-1", RadosGateway.Bucket, "only/this", []);
        var session = await role.NarrowedAsync(policy, TimeSpan.FromMinutes(15), Cancel);
        var narrow = new SessionAWSCredentials(
            session.AccessKeyId, session.SecretKey.Reveal(), session.SessionToken!.Reveal());
        await using var refused = S3Stores.Open(gateway, credentials: narrow);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => refused.Store.PutAsync(
            ObjectKey.Parse("a"), new MemoryStream([1]), PutMode.Replace, Cancel));

        Assert.Equal(ObjectStoreError.Denied, thrown.Error);
        Assert.Contains("s3:PutObject", thrown.ToAnswer().Message, StringComparison.Ordinal);
    }

    private static async Task<ObjectStoreError> ErrorAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<ObjectStoreException>(call)).Error;
}
