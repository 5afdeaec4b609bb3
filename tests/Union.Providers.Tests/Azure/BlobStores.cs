using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Azure.Objects;
using Union.Testing;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Azure;

internal static class BlobStores
{
    private const string Container = "tests";

    public static async Task<ObjectStoreUnderTest> OpenAsync(
        Azurite azurite, Func<BlobObjectStoreOptions, BlobObjectStoreOptions>? change = null)
    {
        Assert.SkipWhen(azurite.Absent is not null, azurite.Absent ?? "");
        var client = azurite.CreateClient();
        var service = new BlobServiceClient(
            new Uri(azurite.Endpoint), new Identity(), new BlobClientOptions { Transport = new HttpClientTransport(client) });
        await service.GetBlobContainerClient(Container).CreateIfNotExistsAsync(
            cancellationToken: TestContext.Current.CancellationToken);
        var options = new BlobObjectStoreOptions
        {
            Account = Azurite.Account,
            Container = Container,
            Prefix = "p/" + RandomNumberGenerator.GetHexString(16),
            Endpoint = azurite.Endpoint,
        };
        options = change?.Invoke(options) ?? options;
        var store = new BlobObjectStore(options, new Identity(), TimeProvider.System, client);
        var behind = new BlobObjectStore(options, new Identity(), new ShiftedTime(TimeSpan.FromHours(-2)), client);
        var line = new HttpClient(new DamagingLine(client));
        var damaging = new BlobObjectStore(options, new Identity(), TimeProvider.System, line);
        return new ObjectStoreUnderTest(store, client, advance: null, pageSize: 60, () =>
        {
            store.Dispose();
            behind.Dispose();
            damaging.Dispose();
            line.Dispose();
            return ValueTask.CompletedTask;
        })
        {
            Behind = behind,
            Damaging = damaging,
            LifetimeParameter = "se",
            TypeParameter = "rsct",
            SignWithEndedCredential = grant => SignWithRevokedKeyAsync(service, options, grant),
        };
    }

    /// <summary>A store whose calls go another way.</summary>
    public static BlobObjectStore Reopen(Azurite azurite, HttpClient client) => new(
        new BlobObjectStoreOptions
        {
            Account = Azurite.Account,
            Container = Container,
            Prefix = "p/" + RandomNumberGenerator.GetHexString(16),
            Endpoint = azurite.Endpoint,
        },
        new Identity(), TimeProvider.System, client);

    /// <summary>The identity behind a store, whose tokens end when a test says.</summary>
    public static TokenCredential IdentityThatEnds(TimeSpan fromNow) => new Identity(fromNow);

    // Azure revokes a delegation key by deriving another one for the same parameters.
    private static async Task<PresignedRequest> SignWithRevokedKeyAsync(
        BlobServiceClient service, BlobObjectStoreOptions options, PresignGrant grant)
    {
        using var keys = new UserDelegationKeys(
            async (starts, expires, cancellationToken) =>
            {
                var asked = new BlobGetUserDelegationKeyOptions(expires) { StartsOn = starts };
                var key = (await service.GetUserDelegationKeyAsync(asked, cancellationToken)).Value;
                return BlobsModelFactory.UserDelegationKey(
                    key.SignedObjectId, key.SignedTenantId, key.SignedStartsOn, key.SignedExpiresOn, key.SignedService,
                    key.SignedVersion, Convert.ToBase64String(new byte[32]));
            },
            TimeProvider.System);
        return await new BlobSasSigner(keys, options, TimeProvider.System)
            .SignAsync(grant, $"{options.Prefix}/{grant.Key}", TestContext.Current.CancellationToken);
    }

    /// <summary>As <see cref="DamagingRelay"/>, which cannot look into TLS.</summary>
    private sealed class DamagingLine(HttpClient rest) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var again = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (var (name, values) in request.Headers)
            {
                again.Headers.TryAddWithoutValidation(name, values);
            }

            if (request.Content is { } content)
            {
                again.Content = new ByteArrayContent(DamagingRelay.Damaged(await content.ReadAsByteArrayAsync(cancellationToken)));
                foreach (var (name, values) in content.Headers)
                {
                    again.Content.Headers.TryAddWithoutValidation(name, values);
                }
            }

            return await rest.SendAsync(again, cancellationToken);
        }
    }

    /// <summary>Tokens as Entra makes them, but for the signature, which azurite does not check.</summary>
    private sealed class Identity(TimeSpan? life = null) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var claims = JsonSerializer.Serialize(new
            {
                aud = "https://storage.azure.com",
                iss = "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
                iat = now.AddMinutes(-5).ToUnixTimeSeconds(),
                nbf = now.AddMinutes(-5).ToUnixTimeSeconds(),
                exp = (now + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
                oid = "23657296-5cd5-45b0-a809-d972a7f4dfe1",
                tid = "dd0d0df1-06c3-436c-8034-4b9a153097ce",
            });
            return new AccessToken($"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode(claims)}.{Encode("none")}", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        private static string Encode(string text) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
