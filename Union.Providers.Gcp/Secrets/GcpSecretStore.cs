using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Gcp.Secrets;

/// <summary>
/// Secrets of Google Secret Manager. A secret and its first version are two calls there: the create decides who is
/// first, and is taken back where the version is refused.
/// </summary>
public sealed class GcpSecretStore(GcpSecretStoreOptions options) : ISecretStore, IDisposable
{
    private const int MaxIdLength = 255;
    private const int PageSize = 250;

    private readonly SecretManagerCalls _calls = new(options);

    public SecretStoreCapabilities Capabilities { get; } = new(64 * 1024);

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        if (value.Length > Capabilities.MaxValueBytes)
        {
            throw SecretStoreException.TooLarge(name, Capabilities);
        }

        var id = IdOf(name);
        if (mode is PutSecret.Replace && await TryAddVersionAsync(id, value, cancellationToken) is { } replaced)
        {
            return replaced;
        }

        var created = await _calls.CallAsync(HttpMethod.Post, $"?secretId={id}", Describe(name), cancellationToken);
        if (created.Status is HttpStatusCode.Conflict && mode is PutSecret.CreateOnly)
        {
            throw SecretStoreException.Exists(name);
        }

        if (!created.IsSuccess && created.Status is not HttpStatusCode.Conflict)
        {
            throw RefusedByProject(created, "secretmanager.secrets.create");
        }

        try
        {
            return await TryAddVersionAsync(id, value, cancellationToken)
                ?? throw new SecretStoreException(SecretStoreError.Unavailable, $"Secret {name} was deleted meanwhile.");
        }
        catch (SecretStoreException) when (created.IsSuccess)
        {
            await _calls.CallAsync(HttpMethod.Delete, "/" + id, null, CancellationToken.None);
            throw;
        }
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        if (version is not null && !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw SecretStoreException.Missing(name);
        }

        var answer = await _calls.CallAsync(
            HttpMethod.Get, $"/{IdOf(name)}/versions/{version ?? "latest"}:access", null, cancellationToken);

        // FAILED_PRECONDITION: the version was destroyed or disabled by an operator.
        if (answer.Status is HttpStatusCode.NotFound || answer.Text("error", "status") is "FAILED_PRECONDITION")
        {
            throw SecretStoreException.Missing(name);
        }

        if (!answer.IsSuccess)
        {
            throw _calls.Refused(answer, "secretmanager.versions.access");
        }

        // No data at all is how JSON writes an empty value.
        var data = Convert.FromBase64String(answer.Text("payload", "data") ?? "");
        return answer.Text("payload", "dataCrc32c") is { } sum && sum != Checksum(data)
            ? throw new SecretStoreException(SecretStoreError.Unavailable, $"Secret {name} arrived damaged.")
            : new SecretBytes(data);
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await _calls.CallAsync(HttpMethod.Get, "/" + IdOf(name), null, cancellationToken);
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.NotFound)
        {
            throw _calls.Refused(answer, "secretmanager.secrets.get");
        }

        return answer.IsSuccess ? new StoredSecret(name, answer["createTime"].GetDateTimeOffset()) : null;
    }

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await _calls.CallAsync(HttpMethod.Delete, "/" + IdOf(name), null, cancellationToken);
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.NotFound)
        {
            throw _calls.Refused(answer, "secretmanager.secrets.delete");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose() => _calls.Dispose();

    private async IAsyncEnumerable<StoredSecret> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = "";
        do
        {
            var page = await _calls.CallAsync(
                HttpMethod.Get,
                $"?pageSize={PageSize}&filter={Uri.EscapeDataString($"name:{options.Prefix}-")}&pageToken={Uri.EscapeDataString(next)}",
                null,
                cancellationToken);
            if (!page.IsSuccess)
            {
                throw RefusedByProject(page, "secretmanager.secrets.list");
            }

            foreach (var item in page.Items("secrets"))
            {
                if (NameOf(item) is { } name)
                {
                    yield return new StoredSecret(name, item.GetProperty("createTime").GetDateTimeOffset());
                }
            }

            next = page.Text("nextPageToken") ?? "";
        }
        while (next.Length > 0);
    }

    private async Task<string?> TryAddVersionAsync(string id, SecretBytes value, CancellationToken cancellationToken)
    {
        var bytes = value.Reveal();
        var payload = new JsonObject
        {
            ["data"] = Convert.ToBase64String(bytes.Span),
            ["dataCrc32c"] = Checksum(bytes.Span),
        };
        var answer = await _calls.CallAsync(
            HttpMethod.Post, $"/{id}:addVersion", new JsonObject { ["payload"] = payload }, cancellationToken);
        return answer.IsSuccess ? answer.Text("name")!.Split('/')[^1]
            : answer.Status is HttpStatusCode.NotFound ? null
            : throw _calls.Refused(answer, "secretmanager.versions.add");
    }

    private string IdOf(SecretName name) => FlatSecretName.Of(options.Prefix, name, MaxIdLength);

    private SecretStoreException RefusedByProject(SecretStoreAnswer answer, string permission) =>
        answer.Status is HttpStatusCode.NotFound
            ? new SecretStoreException(SecretStoreError.Misconfigured, $"There is no Google project {options.Project}.")
            : _calls.Refused(answer, permission);

    // Annotations say whose a secret is whose id is a hash, because its names were too long.
    private static JsonObject Describe(SecretName name) => new()
    {
        ["replication"] = new JsonObject { ["automatic"] = new JsonObject() },
        ["labels"] = new JsonObject { ["managed-by"] = "union" },
        ["annotations"] = new JsonObject
        {
            ["org"] = name.Scope.Org,
            ["project"] = name.Scope.Project ?? "",
            ["domain"] = name.Scope.Domain ?? "",
            ["name"] = name.Name,
        },
    };

    private SecretName? NameOf(JsonElement item)
    {
        var id = item.GetProperty("name").GetString()!.Split('/')[^1];
        if (FlatSecretName.TryRead(options.Prefix, id) is { } name)
        {
            return name;
        }

        if (!item.TryGetProperty("annotations", out var a) || !a.TryGetProperty("org", out var org)
            || !a.TryGetProperty("name", out var text))
        {
            return null;
        }

        var named = new SecretName(
            new SecretScope(org.GetString()!, TextOf(a, "project"), TextOf(a, "domain")), text.GetString()!);
        return IdOf(named) == id ? named : null;
    }

    private static string? TextOf(JsonElement annotations, string key) =>
        annotations.TryGetProperty(key, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>CRC-32C as decimal text: JSON has no 64-bit numbers for this API.</summary>
    internal static string Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return (~crc).ToString(CultureInfo.InvariantCulture);
    }
}
