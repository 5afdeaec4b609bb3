using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>
/// The HTTP side of a store whose adapter needs no SDK: bounded in time and size, without redirects (they would carry
/// the credential elsewhere), and failures of the network in the words of the contract.
/// </summary>
public sealed class SecretStoreCalls : IDisposable
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly string _store;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;

    /// <param name="store">The store's name, for messages.</param>
    /// <param name="caFile">Certificates in PEM that are trusted in place of the machine's.</param>
    public SecretStoreCalls(string store, string? caFile = null)
    {
        _store = store;
        _handler = NewHandler(caFile);
        _http = new HttpClient(_handler, disposeHandler: false)
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    public async Task<SecretStoreAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new SecretStoreAnswer(response.StatusCode, Parse(response, bytes));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            throw new SecretStoreException(SecretStoreError.Unavailable, $"{_store} could not be reached.", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SecretStoreException(SecretStoreError.Unavailable, $"{_store} did not answer in time.", e);
        }
    }

    /// <summary>What a refusal means where the store's own codes say nothing better.</summary>
    /// <param name="permission">What the call needs, in the words of the store's own access control.</param>
    public SecretStoreException Refused(SecretStoreAnswer answer, string permission, string? code = null)
    {
        var error = answer.Status switch
        {
            HttpStatusCode.Unauthorized => SecretStoreError.Unauthenticated,
            HttpStatusCode.Forbidden => SecretStoreError.Denied,
            HttpStatusCode.NotFound => SecretStoreError.NotFound,
            HttpStatusCode.Conflict => SecretStoreError.AlreadyExists,
            HttpStatusCode.RequestEntityTooLarge => SecretStoreError.TooLarge,
            HttpStatusCode.TooManyRequests => SecretStoreError.Throttled,
            _ => SecretStoreError.Unavailable,
        };
        return new SecretStoreException(error, $"{_store} refused ({code ?? $"{(int)answer.Status}"}).")
        {
            Permission = error is SecretStoreError.Denied ? permission : null,
        };
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static SocketsHttpHandler NewHandler(string? caFile) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = caFile is null ? new() : Trusting(caFile),
    };

    private static JsonElement Parse(HttpResponseMessage response, byte[] bytes)
    {
        var isJson = response.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.Ordinal) is true;
        if (bytes.Length == 0 || !isJson)
        {
            return default;
        }

        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    private static SslClientAuthenticationOptions Trusting(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // Private authorities seldom serve revocation lists where a cluster could fetch them.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }
}
