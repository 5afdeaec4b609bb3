using System.Security.Cryptography;
using Google.Apis.Auth.OAuth2;
using Union.Providers.Gcp.Objects;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Gcp;

/// <summary>A store on a loopback server that verifies what it signs.</summary>
internal static class GcsStores
{
    private static readonly RSA Key = RSA.Create(2048);
    private static readonly RSA OldKey = RSA.Create(2048);

    public static async Task<(ObjectStoreUnderTest Test, CloudStorageServer Server)> OpenAsync(
        Func<GcsObjectStoreOptions, GcsObjectStoreOptions>? change = null, ITokenAccess? tokens = null)
    {
        var server = await CloudStorageServer.StartAsync(Key);
        var options = new GcsObjectStoreOptions { Bucket = CloudStorageServer.Bucket, Prefix = "pre/fix", Endpoint = server.Endpoint };
        var signer = new Signer(Key);
        var identity = new GcsIdentity(tokens ?? signer, signer, _ => Task.FromResult(CloudStorageServer.Account));
        options = change?.Invoke(options) ?? options;
        var store = GcsObjectStore.Open(options, identity, server.Time);
        var relay = DamagingRelay.Before(server.Endpoint);
        var damaging = GcsObjectStore.Open(options with { Endpoint = relay.Endpoint }, identity, server.Time);
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        var test = new ObjectStoreUnderTest(store, client, server.Time.Advance, CloudStorageServer.PageSize, async () =>
        {
            store.Dispose();
            damaging.Dispose();
            await relay.DisposeAsync();
            await server.DisposeAsync();
        })
        {
            Damaging = damaging,
            LifetimeParameter = "X-Goog-Expires",
            TypeParameter = "response-content-type",

            // The account's key was deleted, or IAM has rolled it.
            SignWithEndedCredential = grant => new Goog4QuerySigner(new Signer(OldKey), CloudStorageServer.Account, options)
                .SignAsync(grant, $"{options.Prefix}/{grant.Key}", server.Time.GetUtcNow(), TestContext.Current.CancellationToken),
        };
        return (test, server);
    }

    private sealed class Signer(RSA key) : IBlobSigner, ITokenAccess
    {
        public Task<string> SignBlobAsync(byte[] blob, CancellationToken cancellationToken = default) => Task.FromResult(
            Convert.ToBase64String(key.SignData(blob, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));

        public Task<string> GetAccessTokenForRequestAsync(
            string? authUri = null, CancellationToken cancellationToken = default) => Task.FromResult(CloudStorageServer.Token);
    }
}
