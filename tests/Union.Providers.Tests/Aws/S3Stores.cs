using System.Security.Cryptography;
using Amazon.Runtime;
using Union.Providers.Aws.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>Stores in a bucket of the test gateway, each below a prefix of its own.</summary>
internal static class S3Stores
{
    public static ObjectStoreUnderTest Open(
        RadosGateway gateway, Func<S3ObjectStoreOptions, S3ObjectStoreOptions>? change = null, AWSCredentials? credentials = null)
    {
        Assert.SkipWhen(gateway.Absent is not null, gateway.Absent ?? "");
        var options = new S3ObjectStoreOptions
        {
            Bucket = RadosGateway.Bucket,
            Prefix = "tests/" + RandomNumberGenerator.GetHexString(16),
            Region = "us-east-1",
            Endpoint = gateway.Endpoint,
        };
        var owner = new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey);
        var store = new S3ObjectStore(change?.Invoke(options) ?? options, credentials ?? owner, TimeProvider.System);
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        return new ObjectStoreUnderTest(store, client, advance: null, pageSize: 1000, () =>
        {
            store.Dispose();
            return ValueTask.CompletedTask;
        });
    }
}
