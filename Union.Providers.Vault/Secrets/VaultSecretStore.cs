using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Vault.Secrets;

/// <summary>
/// Secrets in a KV engine of version 2, <c>prefix/org/project/domain/name</c>, each with one field <c>value</c>. Deleting
/// removes every version: a version that can be undeleted would keep the name.
/// </summary>
public sealed class VaultSecretStore : ISecretStore, IDisposable
{
    /// <summary>Half of what Vault's storage takes as one entry, so that the JSON around it fits.</summary>
    private const int MaxCharacters = 256 * 1024;

    private static readonly HttpMethod List = new("LIST");

    private readonly VaultSecretStoreOptions _options;
    private readonly SecretStoreCalls _calls;
    private readonly VaultTokens _tokens;

    public VaultSecretStore(VaultSecretStoreOptions options, TimeProvider time)
    {
        _options = options;
        _calls = new SecretStoreCalls("Vault", options.CaFile);
        _tokens = new VaultTokens(options, _calls, time);
    }

    public SecretStoreCapabilities Capabilities { get; } = new(SecretText.MaxBytes(MaxCharacters))
    {
        MaxTextBytes = MaxCharacters,
    };

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        var text = SecretText.Encode(value, MaxCharacters)
            ?? throw SecretStoreException.TooLarge(name, Capabilities);
        var answer = await WriteAsync(name, text, mode is PutSecret.CreateOnly ? 0 : null, cancellationToken);
        if (answer.Status is HttpStatusCode.BadRequest && mode is PutSecret.CreateOnly)
        {
            // An operator's soft delete leaves a version number behind, which a create has to follow.
            answer = await FindDeletedVersionAsync(name, cancellationToken) is { } deleted
                ? await WriteAsync(name, text, deleted, cancellationToken)
                : throw SecretStoreException.Exists(name);
        }

        return answer switch
        {
            { IsSuccess: true } => answer["data", "version"].GetInt64().ToString(CultureInfo.InvariantCulture),
            { Status: HttpStatusCode.BadRequest } when mode is PutSecret.CreateOnly => throw SecretStoreException.Exists(name),
            _ => throw Refused(answer, "create and update", "data"),
        };
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        if (version is not null && !(int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0))
        {
            throw SecretStoreException.Missing(name);
        }

        var query = version is null ? "" : $"?version={version}";
        var answer = await CallAsync(HttpMethod.Get, $"data/{PathOf(name)}{query}", null, cancellationToken);
        if (answer.Status is HttpStatusCode.NotFound && !IsUnmounted(answer))
        {
            throw SecretStoreException.Missing(name);
        }

        return !answer.IsSuccess ? throw Refused(answer, "read", "data")
            : answer.Text("data", "data", "value") is { } text ? SecretText.Decode(text)
            : throw new SecretStoreException(
                SecretStoreError.NotFound, $"Secret {name} was written by others and has no text field 'value'.");
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken) =>
        await FindMetadataAsync(name, cancellationToken) is { } found && !IsDeleted(found, out _)
            ? new StoredSecret(name, found["data", "created_time"].GetDateTimeOffset())
            : null;

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(HttpMethod.Delete, $"metadata/{PathOf(name)}", null, cancellationToken);
        if (!answer.IsSuccess && (answer.Status is not HttpStatusCode.NotFound || IsUnmounted(answer)))
        {
            throw Refused(answer, "delete", "metadata");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(SecretPath.Folder(_options.Prefix, scope.Org), cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose()
    {
        _tokens.Dispose();
        _calls.Dispose();
    }

    // The engine lists one folder at a time, and names only: each time of creation is a call.
    private async IAsyncEnumerable<StoredSecret> ReadAllAsync(
        string root, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            var answer = await CallAsync(List, $"metadata/{folder}", null, cancellationToken);
            if (answer.Status is HttpStatusCode.NotFound && !IsUnmounted(answer))
            {
                continue;
            }

            if (!answer.IsSuccess)
            {
                throw Refused(answer, "list", "metadata");
            }

            foreach (var key in answer.Items("data", "keys").Select(k => k.GetString()!))
            {
                if (key.EndsWith('/'))
                {
                    folders.Push($"{folder}/{key[..^1]}");
                }
                else if (SecretPath.TryRead(_options.Prefix, $"{folder}/{key}") is { } name
                    && await FindMetadataAsync(name, cancellationToken) is { } found && !IsDeleted(found, out _))
                {
                    yield return new StoredSecret(name, found["data", "created_time"].GetDateTimeOffset());
                }
            }
        }
    }

    private Task<SecretStoreAnswer> WriteAsync(
        SecretName name, string text, long? checkAndSet, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["data"] = new JsonObject { ["value"] = text } };
        if (checkAndSet is { } version)
        {
            body["options"] = new JsonObject { ["cas"] = version };
        }

        return CallAsync(HttpMethod.Post, $"data/{PathOf(name)}", body, cancellationToken);
    }

    private async Task<long?> FindDeletedVersionAsync(SecretName name, CancellationToken cancellationToken) =>
        await FindMetadataAsync(name, cancellationToken) is { } found && IsDeleted(found, out var version) ? version : null;

    private async Task<SecretStoreAnswer?> FindMetadataAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(HttpMethod.Get, $"metadata/{PathOf(name)}", null, cancellationToken);
        return answer.IsSuccess ? answer
            : answer.Status is HttpStatusCode.NotFound && !IsUnmounted(answer) ? null
            : throw Refused(answer, "read", "metadata");
    }

    private static bool IsDeleted(SecretStoreAnswer metadata, out long version)
    {
        version = metadata["data", "current_version"].GetInt64();
        var newest = metadata["data", "versions", version.ToString(CultureInfo.InvariantCulture)];
        return newest.ValueKind is JsonValueKind.Object
            && (newest.GetProperty("deletion_time").GetString() is { Length: > 0 } || newest.GetProperty("destroyed").GetBoolean());
    }

    private async Task<SecretStoreAnswer> CallAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var token = await _tokens.GetAsync(cancellationToken);
            using var request = new HttpRequestMessage(method, $"{_options.Address.TrimEnd('/')}/v1/{_options.Mount}/{path}");
            request.Headers.Add("X-Vault-Token", token.Reveal());
            request.Headers.Add("X-Vault-Request", "true");
            if (_options.Namespace is not null)
            {
                request.Headers.Add("X-Vault-Namespace", _options.Namespace);
            }

            request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            var answer = await _calls.SendAsync(request, cancellationToken);

            // 403 is also what a token that was revoked or has expired gets; one new login tells the two apart.
            if (answer.Status is not HttpStatusCode.Forbidden || !isFirst || !_tokens.Forget(token))
            {
                return answer;
            }
        }
    }

    private SecretStoreException Refused(SecretStoreAnswer answer, string capability, string part)
    {
        if (IsUnmounted(answer))
        {
            return new SecretStoreException(
                SecretStoreError.Misconfigured, $"Vault has no KV engine of version 2 mounted at {_options.Mount}.");
        }

        var isBadToken = answer.Status is HttpStatusCode.Forbidden
            && answer.Items("errors").Any(e => e.GetString()?.Contains("invalid token", StringComparison.Ordinal) is true);
        return isBadToken
            ? new SecretStoreException(SecretStoreError.Unauthenticated, "Vault does not accept the token.")
            : _calls.Refused(answer, $"{capability} on {_options.Mount}/{part}/{_options.Prefix}/*");
    }

    private static bool IsUnmounted(SecretStoreAnswer answer) => answer.Status is HttpStatusCode.NotFound
        && answer.Items("errors").Any(e => e.GetString()?.Contains("no handler for route", StringComparison.Ordinal) is true);

    private string PathOf(SecretName name) => SecretPath.Of(_options.Prefix, name);
}
