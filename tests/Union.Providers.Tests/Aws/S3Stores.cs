using System.Security.Cryptography;
using Amazon.Runtime;
using Union.Providers.Aws.Objects;
using Union.Testing;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>Stores in a bucket of the test gateway, each below a prefix of its own.</summary>
internal static class S3Stores
{
    public static ObjectStoreUnderTest Open(
        RadosGateway gateway, Func<S3ObjectStoreOptions, S3ObjectStoreOptions>? change = null, AWSCredentials? credentials = null)
    {
        var options = OptionsOf(gateway);
        options = change?.Invoke(options) ?? options;
        credentials ??= new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey);
        var store = new S3ObjectStore(options, credentials, TimeProvider.System);
        var behind = new S3ObjectStore(options, credentials, new ShiftedTime(TimeSpan.FromHours(-2)));
        var relay = DamagingRelay.Before(options.Endpoint!);
        var damaging = new S3ObjectStore(options with { Endpoint = relay.Endpoint }, credentials, TimeProvider.System);
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        return new ObjectStoreUnderTest(store, client, advance: null, pageSize: 1000, () =>
        {
            store.Dispose();
            behind.Dispose();
            damaging.Dispose();
            return relay.DisposeAsync();
        })
        {
            Behind = behind,
            Damaging = damaging,
            LifetimeParameter = "X-Amz-Expires",
            TypeParameter = "response-content-type",
            SignWithEndedCredential = async grant =>
            {
                var ended = await StsTokens.NewAsync(gateway, hasEnded: true, TestContext.Current.CancellationToken);
                return new SigV4QuerySigner(S3Address.Of(options), options.Region)
                    .Sign(grant, $"{options.Prefix}/{grant.Key}", ended, TimeProvider.System.GetUtcNow());
            },
        };
    }

    public static S3ObjectStoreOptions OptionsOf(RadosGateway gateway)
    {
        Assert.SkipWhen(gateway.Absent is not null, gateway.Absent ?? "");
        return new S3ObjectStoreOptions
        {
            Bucket = RadosGateway.Bucket,
            Prefix = "tests/" + RandomNumberGenerator.GetHexString(16),
            Region = "us-east-1",
            Endpoint = gateway.Endpoint,
        };
    }
}
