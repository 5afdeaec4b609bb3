using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Gcp.Secrets;

/// <summary>The REST calls of Google Secret Manager, v1, each with a fresh enough token of the vendor's library.</summary>
internal sealed class SecretManagerCalls(GcpSecretStoreOptions options) : IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly SecretStoreCalls _calls = new("Google Secret Manager");
    private readonly string _root =
        $"{(options.Endpoint ?? "https://secretmanager.googleapis.com").TrimEnd('/')}/v1/projects/{options.Project}/secrets";

    private ITokenAccess? _credentials = options.Credentials;

    /// <param name="path">What follows <c>/v1/projects/ID/secrets</c>.</param>
    public async Task<SecretStoreAnswer> CallAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var token = await GetTokenAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, _root + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await _calls.SendAsync(request, cancellationToken);
    }

    public SecretStoreException Refused(SecretStoreAnswer answer, string permission)
    {
        var status = answer.Text("error", "status");

        // The API that nobody switched on answers 403 too, and no permission would help.
        var isSwitchedOff = answer.Items("error", "details")
            .Any(d => d.TryGetProperty("reason", out var reason) && reason.GetString() is "SERVICE_DISABLED");
        return isSwitchedOff
            ? new SecretStoreException(
                SecretStoreError.Misconfigured, "Google refused: the Secret Manager API is not enabled in the project.")
            : _calls.Refused(answer, permission, status);
    }

    public void Dispose() => _calls.Dispose();

    private async Task<string> GetTokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _credentials ??= (await GoogleCredential.GetApplicationDefaultAsync(cancellationToken)).CreateScoped(Scope);
            return await _credentials.GetAccessTokenForRequestAsync(cancellationToken: cancellationToken);
        }
        catch (Exception e) when (e is TokenResponseException or InvalidOperationException or HttpRequestException or IOException)
        {
            throw new SecretStoreException(
                SecretStoreError.Unauthenticated, "There are no Google credentials, or no token can be had with them now.", e);
        }
    }
}
