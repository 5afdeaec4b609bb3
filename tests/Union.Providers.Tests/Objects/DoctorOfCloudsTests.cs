using System.Net;
using Amazon.Runtime;
using Microsoft.AspNetCore.Http;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Aws.Objects;
using Union.Providers.Tests.Azure;
using Union.Providers.Tests.Gcp;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Objects;

/// <summary>
/// One thing is wrong with a cloud, in that cloud's own words: the check of that name fails and says what to do, and what
/// does not need it passes.
/// </summary>
public sealed class DoctorOfCloudsTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const string Key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    [Theory]
    [InlineData("eu-west-1", CheckState.Failed, "eu-west-1")]
    [InlineData("us-west-2", CheckState.Ok, "us-west-2")]
    [InlineData("default", CheckState.Ok, "us-west-2")]
    public async Task S3_Region_IsWhereTheBucketLies(string location, CheckState state, string says)
    {
        var s3 = await S3Async(context => Location(context, location));

        Assert.Equal(CheckState.Ok, s3["objects.bucket"].State);
        Assert.Equal(state, s3["objects.region"].State);
        Assert.Contains(says, s3["objects.region"].Finding, StringComparison.Ordinal);
        Assert.Equal(state is CheckState.Ok ? CheckState.Ok : CheckState.Skipped, s3["objects.write"].State);
        Assert.Equal(CheckState.Ok, s3["objects.sign"].State);
    }

    [Theory]
    [InlineData(404, "NoSuchBucket", "bucket", "does not exist")]
    [InlineData(403, "AccessDenied", "bucket", "s3:GetBucketLocation")]
    [InlineData(400, "AuthorizationHeaderMalformed", "region", "eu-west-1")]
    public async Task S3_Bucket_SaysWhatItIs(int status, string code, string check, string says)
    {
        var s3 = await S3Async(context => RefuseAsync(context, status, code));

        Assert.Equal(CheckState.Failed, s3[$"objects.{check}"].State);
        Assert.Contains(says, s3[$"objects.{check}"].Finding, StringComparison.Ordinal);
        Assert.Equal(check == "region" ? CheckState.Ok : CheckState.Failed, s3["objects.bucket"].State);
        Assert.Equal(check == "region" ? CheckState.Failed : CheckState.Skipped, s3["objects.region"].State);
    }

    // https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
    [Theory]
    [InlineData(400, "KMS.NotFoundException", "no", "with the key")]
    [InlineData(400, "KMS.DisabledException", "no", "with the key")]
    [InlineData(403, "AccessDenied", "User is not authorized to perform: kms:GenerateDataKey on this resource", "kms:GenerateDataKey")]
    public async Task S3_KeyThatCannotBeUsed_IsSaid(int status, string code, string message, string says)
    {
        var s3 = await S3Async(
            context => Location(context, "us-west-2"), context => RefuseAsync(context, status, code, message), "1234abcd");

        Assert.Equal(CheckState.Failed, s3["objects.key"].State);
        Assert.Contains(says, s3["objects.key"].Finding, StringComparison.Ordinal);
        Assert.Equal(CheckState.Ok, s3["objects.region"].State);
        Assert.Equal(CheckState.Ok, s3["objects.sign"].State);
    }

    // S3 answers with the ARN.
    [Theory]
    [InlineData("1234abcd", CheckState.Ok)]
    [InlineData("alias/union", CheckState.Ok)]
    [InlineData("arn:aws:kms:us-west-2:123456789012:key/1234abcd", CheckState.Ok)]
    [InlineData("another", CheckState.Failed)]
    public async Task S3_Key_IsTheOneThatEncrypted(string configured, CheckState state)
    {
        var s3 = await S3Async(context => Location(context, "us-west-2"), key: configured);

        Assert.Equal(state, s3["objects.key"].State);
    }

    [Fact]
    public async Task Gcs_Bucket_SaysWhereItLies_AndSignBlobIsAsked()
    {
        var gcs = await GcsAsync(key: null);

        Assert.Contains("EUROPE-WEST3", gcs["objects.bucket"].Finding, StringComparison.Ordinal);
        Assert.Equal(CheckState.Ok, gcs["objects.signBlob"].State);
        Assert.Equal(CheckState.Skipped, gcs["objects.key"].State);
    }

    [Theory]
    [InlineData(Key, CheckState.Ok, "configured key")]
    [InlineData(CloudStorageServer.RefusedKey, CheckState.Failed, "cloudkms.cryptoKeyVersions.useToEncrypt")]
    public async Task Gcs_Key_IsTried(string key, CheckState state, string says)
    {
        var gcs = await GcsAsync(key);

        Assert.Equal(state, gcs["objects.key"].State);
        Assert.Contains(says, gcs["objects.key"].Finding, StringComparison.Ordinal);
        Assert.Equal(CheckState.Ok, gcs["objects.bucket"].State);
        Assert.Equal(CheckState.Ok, gcs["objects.sign"].State);
    }

    [Fact]
    public async Task Azure_DelegationKeyThatIsRefused_IsSaid_AndTheBlobsWork()
    {
        await using var test = await BlobStores.OpenAsync(azurite);
        using var refusing = new HttpClient(new WithoutDelegation(test.Client));
        using var store = BlobStores.Reopen(azurite, refusing);

        var azure = await RunAsync(store, test.Client);

        Assert.Equal(CheckState.Failed, azure["objects.delegationKey"].State);
        Assert.Contains("generateUserDelegationKey", azure["objects.delegationKey"].Finding, StringComparison.Ordinal);
        Assert.All(["bucket", "write", "read", "list", "delete"], n => Assert.Equal(CheckState.Ok, azure[$"objects.{n}"].State));
        Assert.Equal(CheckState.Skipped, azure["objects.sign"].State);
    }

    [Fact]
    public async Task Azure_ContainerThatIsNotThere_IsSaid()
    {
        await using var test = await BlobStores.OpenAsync(azurite, o => o with { Container = "not-there" });

        var azure = await RunAsync(test.Store, test.Client);

        Assert.Equal("objects.bucket", Assert.Single(azure.Values, r => r.State is CheckState.Failed).Name);
        Assert.Equal(CheckState.Ok, azure["objects.delegationKey"].State);
    }

    private static async Task<Dictionary<string, CheckResult>> S3Async(
        RequestDelegate location, RequestDelegate? put = null, string? key = null)
    {
        var kept = (Name: "", Content: Array.Empty<byte>());
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var isLocation = context.Request.QueryString.Value!.StartsWith("?location", StringComparison.Ordinal);
            if (isLocation)
            {
                await location(context);
            }
            else if (context.Request.Method == "PUT" && put is not null)
            {
                await put(context);
            }
            else
            {
                kept = await KeepAsync(context, kept);
            }
        });
        var options = new S3ObjectStoreOptions
        {
            Bucket = "some-bucket",
            Region = "us-west-2",
            Endpoint = server.Endpoint,
            EncryptionKey = key,
        };
        using var store = new S3ObjectStore(options, new BasicAWSCredentials("key", "secret"), TimeProvider.System);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await RunAsync(store, client);
    }

    // As much of an object as the doctor needs.
    private static async Task<(string Name, byte[] Content)> KeepAsync(HttpContext context, (string Name, byte[] Content) kept)
    {
        context.Response.Headers["x-amz-server-side-encryption-aws-kms-key-id"] = "arn:aws:kms:us-west-2:123456789012:key/1234abcd";
        context.Response.Headers.LastModified = "Sun, 01 Mar 2026 12:00:00 GMT";
        context.Response.Headers.ETag = "\"1\"";
        switch (context.Request.Method)
        {
            case "PUT":
                using (var body = new MemoryStream())
                {
                    await context.Request.Body.CopyToAsync(body);
                    return (context.Request.Path.Value!["/some-bucket/".Length..], body.ToArray());
                }

            case "GET" when context.Request.Query.ContainsKey("list-type"):
                await context.Response.WriteAsync(
                    "<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><IsTruncated>false</IsTruncated>"
                    + $"<Contents><Key>{kept.Name}</Key><Size>64</Size><ETag>1</ETag><LastModified>2026-03-01T12:00:00.000Z</LastModified>"
                    + "</Contents></ListBucketResult>");
                break;
            case "GET":
                await context.Response.Body.WriteAsync(kept.Content);
                break;
            default:
                break;
        }

        return kept;
    }

    private static Task Location(HttpContext context, string location) =>
        context.Response.WriteAsync($"<?xml version='1.0'?><LocationConstraint>{location}</LocationConstraint>");

    private static Task RefuseAsync(HttpContext context, int status, string code, string message = "no; expecting 'eu-west-1'")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    }

    private static async Task<Dictionary<string, CheckResult>> GcsAsync(string? key)
    {
        var (test, _) = await GcsStores.OpenAsync(options => options with { EncryptionKey = key });
        await using (test)
        {
            return await RunAsync(test.Store, test.Client);
        }
    }

    private static Task<Dictionary<string, CheckResult>> RunAsync(IObjectStore store, HttpClient client) =>
        new ObjectStoreProbe(store, client, null, TimeProvider.System).RunAsync(Cancel)
            .ToDictionaryAsync(result => result.Name, cancellationToken: Cancel).AsTask();

    private sealed class WithoutDelegation(HttpClient rest) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.Query.Contains("comp=userdelegationkey", StringComparison.Ordinal))
            {
                return await ForwardAsync(request, cancellationToken);
            }

            var refusal = new HttpResponseMessage(HttpStatusCode.Forbidden) { RequestMessage = request, Content = new StringContent("") };
            refusal.Headers.Add("x-ms-error-code", "AuthorizationPermissionMismatch");
            return refusal;
        }

        // A message is sent once.
        private async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var again = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (var (name, values) in request.Headers)
            {
                again.Headers.TryAddWithoutValidation(name, values);
            }

            again.Content = request.Content;
            return await rest.SendAsync(again, cancellationToken);
        }
    }
}
