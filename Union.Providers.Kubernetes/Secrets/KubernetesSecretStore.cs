using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Kubernetes.Secrets;

/// <summary>Secrets as Secret objects of one namespace; only the newest version is kept.</summary>
public sealed class KubernetesSecretStore : ISecretStore, IDisposable
{
    private const int MaxValueBytes = 512 * 1024;
    private const int PageSize = 500;
    private const int MaxTries = 5;

    /// <summary>Names and annotations without the values, which a listing has no business with.</summary>
    private const string MetadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    private readonly KubernetesSecretStoreOptions _options;
    private readonly SecretStoreCalls _calls;
    private readonly string _root;

    public KubernetesSecretStore(KubernetesSecretStoreOptions options)
    {
        _options = options;
        _calls = new SecretStoreCalls("Kubernetes", options.CaFile);
        _root = $"{options.Server.TrimEnd('/')}/api/v1/namespaces/{options.Namespace}/secrets";
    }

    public SecretStoreCapabilities Capabilities { get; } = new(MaxValueBytes);

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        if (value.Length > MaxValueBytes)
        {
            throw SecretStoreException.TooLarge(name, Capabilities);
        }

        for (var tries = 1; ; tries++)
        {
            var old = mode is PutSecret.Replace ? await ReadAsync(name, cancellationToken) : null;
            var answer = await WriteAsync(name, value, old?.Text("metadata", "resourceVersion"), cancellationToken);
            if (answer.IsSuccess)
            {
                return answer.Text("metadata", "resourceVersion")!;
            }

            var hasRaced = answer.Status is HttpStatusCode.Conflict || (answer.Status is HttpStatusCode.NotFound && old is not null);
            if (hasRaced && mode is PutSecret.CreateOnly)
            {
                throw SecretStoreException.Exists(name);
            }

            if (!hasRaced || tries == MaxTries)
            {
                throw Refused(answer, old is null ? "create" : "update");
            }
        }
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(name, cancellationToken);
        return found is not null && (version is null || version == found.Text("metadata", "resourceVersion"))
            && SecretObject.ValueOf(found) is { } value
            ? value
            : throw SecretStoreException.Missing(name);
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken) =>
        await ReadAsync(name, cancellationToken) is { } found ? SecretObject.Read(found["metadata"]) : null;

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(HttpMethod.Delete, $"/{SecretObject.NameOf(name)}", null, cancellationToken);
        if (!answer.IsSuccess && answer.Status is not HttpStatusCode.NotFound)
        {
            throw Refused(answer, "delete");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(scope.Org, cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose() => _calls.Dispose();

    private async IAsyncEnumerable<StoredSecret> ReadAllAsync(
        string org, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selector = Uri.EscapeDataString(
            $"{SecretObject.ManagedBy}=union,{SecretObject.OrgLabel}={SecretObject.LabelOf(org)}");
        var next = "";
        do
        {
            var page = await CallAsync(
                HttpMethod.Get, $"?labelSelector={selector}&limit={PageSize}&continue={Uri.EscapeDataString(next)}",
                null, cancellationToken, MetadataOnly);
            if (!page.IsSuccess)
            {
                throw Refused(page, "list");
            }

            foreach (var item in page.Items("items"))
            {
                if (SecretObject.Read(item.GetProperty("metadata")) is { } secret)
                {
                    yield return secret;
                }
            }

            next = page.Text("metadata", "continue") ?? "";
        }
        while (next.Length > 0);
    }

    private async Task<SecretStoreAnswer?> ReadAsync(SecretName name, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(HttpMethod.Get, $"/{SecretObject.NameOf(name)}", null, cancellationToken);
        if (answer.Status is HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!answer.IsSuccess)
        {
            throw Refused(answer, "get");
        }

        // An object of that name which says something else is none of ours, however it came there.
        return SecretObject.Read(answer["metadata"])?.Name == name ? answer : null;
    }

    private Task<SecretStoreAnswer> WriteAsync(
        SecretName name, SecretBytes value, string? resourceVersion, CancellationToken cancellationToken) =>
        resourceVersion is null
            ? CallAsync(HttpMethod.Post, "", SecretObject.Write(name, value, null), cancellationToken)
            : CallAsync(
                HttpMethod.Put, $"/{SecretObject.NameOf(name)}", SecretObject.Write(name, value, resourceVersion),
                cancellationToken);

    private async Task<SecretStoreAnswer> CallAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(method, _root + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await ReadTokenAsync(cancellationToken));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await _calls.SendAsync(request, cancellationToken);
    }

    private SecretStoreException Refused(SecretStoreAnswer answer, string verb)
    {
        // On a collection 404 means that the namespace is not there.
        return answer.Status is HttpStatusCode.NotFound
            ? new SecretStoreException(
                SecretStoreError.Misconfigured, $"Kubernetes has no namespace {_options.Namespace}.")
            : _calls.Refused(answer, $"{verb} on secrets in namespace {_options.Namespace}", answer.Text("reason"));
    }

    private async Task<string> ReadTokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(_options.TokenFile, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException(
                SecretStoreError.Unauthenticated, $"The token file {_options.TokenFile} for Kubernetes cannot be read.", e);
        }
    }
}
