using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Vault.Secrets;

/// <summary>
/// Gives the token for a call, and logs in again before two thirds of the lease are over. Concurrent callers share one
/// login. Tokens are not renewed: a login is as cheap, and works after the longest lease too.
/// </summary>
internal sealed class VaultTokens(VaultSecretStoreOptions options, SecretStoreCalls calls, TimeProvider time) : IDisposable
{
    private const int MaxFileBytes = 64 * 1024;

    private readonly SemaphoreSlim _login = new(1);
    private SecretValue? _token;
    private DateTimeOffset _renewAt;

    public async Task<SecretValue> GetAsync(CancellationToken cancellationToken)
    {
        if (options.Login is VaultTokenLogin own)
        {
            return ReadFile(own.TokenFile);
        }

        await _login.WaitAsync(cancellationToken);
        try
        {
            if (_token is null || time.GetUtcNow() >= _renewAt)
            {
                await LogInAsync(cancellationToken);
            }

            return _token!;
        }
        finally
        {
            _login.Release();
        }
    }

    /// <summary>After a refusal: the token may have been revoked, so the next call logs in. False where that helps nothing.</summary>
    public bool Forget(SecretValue token)
    {
        if (options.Login is VaultTokenLogin || !ReferenceEquals(_token, token))
        {
            return options.Login is not VaultTokenLogin;
        }

        _token = null;
        return true;
    }

    public void Dispose() => _login.Dispose();

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        var (mount, body) = options.Login switch
        {
            VaultKubernetesLogin k => (k.Mount, new JsonObject { ["role"] = k.Role, ["jwt"] = ReadFile(k.JwtFile).Reveal() }),
            VaultAppRoleLogin a => (a.Mount, new JsonObject
            {
                ["role_id"] = a.RoleId,
                ["secret_id"] = ReadFile(a.SecretIdFile).Reveal(),
            }),
            _ => throw new InvalidOperationException("This way of logging in has no call."),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{options.Address.TrimEnd('/')}/v1/auth/{mount}/login")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (options.Namespace is not null)
        {
            request.Headers.Add("X-Vault-Namespace", options.Namespace);
        }

        var answer = await calls.SendAsync(request, cancellationToken);
        if (!answer.IsSuccess)
        {
            // 400 is how a wrong role or secret id is refused, 404 a method that nobody mounted.
            throw answer.Status switch
            {
                HttpStatusCode.NotFound => new SecretStoreException(
                    SecretStoreError.Misconfigured, $"Vault has no auth method mounted at {mount}."),
                HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                    new SecretStoreException(SecretStoreError.Unauthenticated, $"Vault refused the login at auth/{mount}."),
                _ => calls.Refused(answer, $"auth/{mount}/login"),
            };
        }

        var lease = TimeSpan.FromSeconds(answer["auth", "lease_duration"].GetDouble());
        _renewAt = lease == TimeSpan.Zero ? DateTimeOffset.MaxValue : time.GetUtcNow() + (lease * 2 / 3);
        _token = new SecretValue(answer.Text("auth", "client_token")!);
    }

    private static SecretValue ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: <= MaxFileBytes }
                && File.ReadAllText(path).Trim() is { Length: > 0 } text)
            {
                return new SecretValue(text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(path, e);
        }

        throw Missing(path, null);
    }

    private static SecretStoreException Missing(string path, Exception? inner) => new(
        SecretStoreError.Unauthenticated, $"The credential file {path} for Vault is missing, empty or unreadable.", inner);
}
