using System.Collections.Concurrent;
using Amazon.Runtime;
using Azure.Core;
using Google.Apis.Auth.OAuth2;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;
using Union.Providers.Azure.Objects;
using Union.Providers.Gcp.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Objects;

/// <summary>
/// What each cloud says when something is wrong, in its own words over a real connection: the operator gets a code of its
/// own and a message that says what to do.
/// </summary>
public sealed class UnwellStoreTests
{
    private static readonly ObjectKey Key = ObjectKey.Parse("a");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Clouds => ["s3", "gcs", "azure"];

    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    // https://cloud.google.com/storage/docs/xml-api/reference-status
    // https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
    [Theory]
    [InlineData("s3", 503, "SlowDown", "object_store_throttled", "slow down")]
    [InlineData("s3", 403, "RequestTimeTooSkewed", "object_store_clock_skewed", "clock")]
    [InlineData("s3", 403, "AccessDenied", "object_store_denied", "s3:GetObject")]
    [InlineData("s3", 400, "ExpiredToken", "object_store_credentials", "credentials")]
    [InlineData("s3", 403, "InvalidAccessKeyId", "object_store_credentials", "credentials")]
    [InlineData("s3", 404, "NoSuchBucket", "object_store_bucket_missing", "bucket")]
    [InlineData("s3", 301, "PermanentRedirect", "object_store_region_wrong", "eu-west-1")]
    [InlineData("s3", 400, "AuthorizationHeaderMalformed", "object_store_region_wrong", "eu-west-1")]
    [InlineData("s3", 400, "KMS.NotFoundException", "object_store_key_unusable", "key")]
    [InlineData("azure", 403, "KeyVaultEncryptionKeyNotFound", "object_store_key_unusable", "key")]
    [InlineData("s3", 500, "InternalError", "object_store_unavailable", "cannot be reached")]
    [InlineData("gcs", 429, "SlowDown", "object_store_throttled", "slow down")]
    [InlineData("gcs", 403, "RequestTimeTooSkewed", "object_store_clock_skewed", "clock")]
    [InlineData("gcs", 403, "AccessDenied", "object_store_denied", "storage.objects.get")]
    [InlineData("gcs", 401, "AuthenticationRequired", "object_store_credentials", "credentials")]
    [InlineData("gcs", 404, "NoSuchBucket", "object_store_bucket_missing", "bucket")]
    [InlineData("gcs", 503, "ServiceUnavailable", "object_store_unavailable", "cannot be reached")]
    [InlineData("azure", 503, "ServerBusy", "object_store_throttled", "slow down")]
    [InlineData("azure", 403, "AuthorizationPermissionMismatch", "object_store_denied", "containers/blobs/read")]
    [InlineData("azure", 401, "InvalidAuthenticationInfo", "object_store_credentials", "credentials")]
    [InlineData("azure", 404, "ContainerNotFound", "object_store_bucket_missing", "bucket")]
    [InlineData("azure", 500, "InternalError", "object_store_unavailable", "cannot be reached")]
    public async Task Refusal_HasAReasonOfItsOwn_AndSaysWhatIsWrong(
        string cloud, int status, string code, string reason, string says)
    {
        await using var server = await LoopbackServer.StartAsync(context => RefuseAsync(context, status, code));
        using var store = Open(cloud, server.Endpoint, server);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenReadAsync(Key, 0, Cancel));

        var answer = thrown.ToAnswer();
        Assert.Equal(reason, answer.Reason);
        Assert.Contains(says, answer.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(answer.Hint));
    }

    // HEAD has no body, so the header is all there is.
    [Fact]
    public async Task WrongRegion_IsNamed_WhereOnlyAHeaderSaysIt()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 301;
            context.Response.Headers["x-amz-bucket-region"] = "ap-southeast-2";
            return Task.CompletedTask;
        });
        using var store = Open("s3", server.Endpoint, server);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => store.HeadAsync(Key, Cancel));

        Assert.Equal("object_store_region_wrong", thrown.ToAnswer().Reason);
        Assert.Contains("ap-southeast-2", thrown.ToAnswer().Message, StringComparison.Ordinal);
    }

    // What a server says goes to an operator's terminal.
    [Fact]
    public async Task Region_OfAnotherForm_IsNotRepeated()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 301;
            context.Response.Headers["x-amz-bucket-region"] = "<b>EU</b> run curl";
            return Task.CompletedTask;
        });
        using var store = Open("s3", server.Endpoint, server);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => store.HeadAsync(Key, Cancel));

        Assert.DoesNotContain("curl", thrown.ToAnswer().Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task StoreThatIsDown_IsUnavailable(string cloud)
    {
        var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        var endpoint = server.Endpoint;
        using var store = Open(cloud, endpoint, server);
        await server.DisposeAsync();

        foreach (var call in Calls(store))
        {
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal("object_store_unavailable", thrown.ToAnswer().Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task StoreThatCutsTheLine_IsUnavailable(string cloud)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var store = Open(cloud, server.Endpoint, server);

        foreach (var call in Calls(store))
        {
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(call);
            Assert.Equal("object_store_unavailable", thrown.ToAnswer().Reason);
        }
    }

    // As the page of a proxy that wants a login: nothing of it is the store's, though it says that all is well.
    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task SomebodyElseThatAnswers_IsUnavailable(string cloud)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><p>Log in, please");
        });
        using var store = Open(cloud, server.Endpoint, server);

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(async () => await store.ListAsync(Key, Cancel).ToListAsync(Cancel));

        Assert.Equal("object_store_unavailable", thrown.ToAnswer().Reason);
    }

    // By a clock of the test's own: the patience is four times twenty seconds.
    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task StoreThatHangs_IsAskedAgain_AndGivenUp(string cloud)
    {
        var asked = new ConcurrentBag<string>();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            asked.Add(context.Request.Method);
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        var time = new FakeTimeProvider();
        using var store = new ResilientObjectStore(Open(cloud, server.Endpoint, server), time);

        var reading = store.OpenReadAsync(Key, 0, Cancel);
        for (var known = 0; !reading.IsCompleted; await Task.Yield())
        {
            // A call that has arrived is left hanging; between two calls there is a pause.
            if (asked.Count > known || known > 0)
            {
                known = asked.Count;
                time.Advance(TimeSpan.FromSeconds(1));
            }

            Cancel.ThrowIfCancellationRequested();
        }

        var thrown = await Assert.ThrowsAsync<ObjectStoreException>(() => reading);
        Assert.Equal("object_store_unavailable", thrown.ToAnswer().Reason);
        Assert.NotEmpty(asked);
    }

    private static IEnumerable<Func<Task>> Calls(RoutedObjectStore store) =>
    [
        () => store.HeadAsync(Key, Cancel),
        () => store.OpenReadAsync(Key, 0, Cancel),
        () => store.PutAsync(Key, new MemoryStream([1]), PutMode.CreateOnly, Cancel),
        () => store.DeleteAsync(Key, Cancel),
        async () => await store.ListAsync(Key, Cancel).ToListAsync(Cancel),
    ];

    private static async Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        context.Response.ContentType = "application/xml";
        if (code == "PermanentRedirect")
        {
            context.Response.Headers["x-amz-bucket-region"] = "eu-west-1";
        }

        var message = code == "AuthorizationHeaderMalformed"
            ? "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
            : "no";
        await context.Response.WriteAsync($"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    }

#pragma warning disable CA2000 // The stores own what they are given.
    private static RoutedObjectStore Open(string cloud, string endpoint, LoopbackServer server) => new(cloud switch
    {
        "s3" => new S3ObjectStore(
            new S3ObjectStoreOptions { Bucket = "some-bucket", Region = "us-east-1", Endpoint = endpoint },
            new BasicAWSCredentials("key", "secret"), TimeProvider.System),
        "gcs" => GcsObjectStore.Open(
            new GcsObjectStoreOptions { Bucket = "some-bucket", Endpoint = endpoint }, new GcsIdentity(new Token(), new NoSigner(), _ => Task.FromResult("a@b")),
            TimeProvider.System),
        _ => new BlobObjectStore(
            new BlobObjectStoreOptions { Account = "someaccount", Container = "some-container" },
            new Token(), TimeProvider.System, new HttpClient(server.CreateHandler())),
    }, new Dictionary<ArtifactKind, IObjectStore>(), new ObjectLayout());
#pragma warning restore CA2000

    private sealed class Token : TokenCredential, ITokenAccess
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token", TimeProvider.System.GetUtcNow().AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        public Task<string> GetAccessTokenForRequestAsync(
            string? authUri = null, CancellationToken cancellationToken = default) => Task.FromResult("token");
    }

    private sealed class NoSigner : IBlobSigner
    {
        public Task<string> SignBlobAsync(byte[] blob, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
