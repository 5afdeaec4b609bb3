using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Providers.Gcp.Objects;

/// <summary>Objects in a bucket of Google Cloud Storage: the few calls that are needed, over its XML API.</summary>
public sealed class GcsObjectStore : IObjectStore, IInspectedStore, IDisposable
{
    private readonly GcsObjectStoreOptions _options;
    private readonly GcsIdentity _identity;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly GcsRequests _requests;
    private readonly string _prefix;
    private readonly string _root;
    private Goog4QuerySigner? _signer;

    /// <param name="http">Is the store's from then on.</param>
    public GcsObjectStore(GcsObjectStoreOptions options, GcsIdentity identity, HttpClient http, TimeProvider time)
    {
        options.EnsureValid();
        (_options, _identity, _http, _time) = (options, identity, http, time);
        _requests = new GcsRequests(http, identity.Tokens, options.Endpoint, options.Bucket);
        _prefix = options.Prefix is null ? "" : options.Prefix + "/";
        _root = $"gs://{options.Bucket}/{_prefix}";
        Capabilities = new ObjectStoreCapabilities(
            options.MaxLifetime, PresignBindsContentLength: true, PresignBindsContentMd5: true);
    }

    public static GcsObjectStore Open(GcsObjectStoreOptions options, GcsIdentity identity, TimeProvider time)
    {
#pragma warning disable CA2000 // The client owns the handler, and the store the client.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        return new GcsObjectStore(options, identity, new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }, time);
#pragma warning restore CA2000
    }

    public ObjectStoreCapabilities Capabilities { get; }

    public IReadOnlyList<StoreInspection> Inspections => new GcsInspections(_requests, _options, _identity, NameOf).All;

    public Uri PlaceOf(ObjectKey key) =>
        new($"{_options.Endpoint}/{_options.Bucket}/{GcsRequests.Encode(NameOf(key))}");

    public Reference ReferenceTo(ObjectKey key) => Reference.Parse(_root + key);

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var text = reference.ToString();
        return text.StartsWith(_root, StringComparison.Ordinal) && ObjectKey.TryParse(text[_root.Length..], out key);
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            using var answer = await _requests.SendAsync(HttpMethod.Head, NameOf(key), "", null, null, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.NotFound)
            {
                return null;
            }

            await EnsureDoneAsync(answer, "storage.objects.get", cancellationToken);
            return new StoredObject(
                key, answer.Content.Headers.ContentLength ?? 0, answer.Headers.ETag?.Tag ?? "",
                answer.Content.Headers.LastModified ?? default);
        },
        cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            var answer = await _requests.SendAsync(
                HttpMethod.Get, NameOf(key), "", null,
                headers => headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                answer.Dispose();
                return Stream.Null;
            }

            if (!answer.IsSuccessStatusCode)
            {
                using (answer)
                {
                    throw await GcsFailures.OfAsync(answer, "storage.objects.get", cancellationToken);
                }
            }

            // The answer is nothing but its stream, which belongs to the caller.
            return await answer.Content.ReadAsStreamAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// In one request: the object appears when all has arrived, and a connection that breaks leaves nothing. What can be read
    /// twice is sent with its MD5, which the store compares; else the MD5 that comes back must be that of what was sent.
    /// </summary>
    public Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            using var body = new HashedContent(content);
            if (content.CanSeek)
            {
                body.Headers.ContentMD5 = await body.DigestAsync(cancellationToken);
            }

            using var answer = await _requests.SendAsync(
                HttpMethod.Put, NameOf(key), "", body,
                headers =>
                {
                    if (mode is PutMode.CreateOnly)
                    {
                        headers.Add("x-goog-if-generation-match", "0");
                    }

                    if (_options.EncryptionKey is { } encryption)
                    {
                        headers.Add("x-goog-encryption-kms-key-name", encryption);
                    }
                },
                cancellationToken);
            await EnsureDoneAsync(answer, "storage.objects.create", cancellationToken);
            var kept = answer.Headers.TryGetValues("x-goog-hash", out var hashes) ? string.Join(',', hashes) : "";
            if (kept.Contains("md5=", StringComparison.Ordinal) && !kept.Contains($"md5={body.Md5}", StringComparison.Ordinal))
            {
                await DeleteAsync(key, CancellationToken.None);
                throw new ObjectStoreException(ObjectStoreError.Unavailable, "The object was damaged on its way.");
            }

            return true;
        },
        cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            using var answer = await _requests.SendAsync(HttpMethod.Delete, NameOf(key), "", null, null, cancellationToken);
            var failure = answer.IsSuccessStatusCode
                ? null
                : await GcsFailures.OfAsync(answer, "storage.objects.delete", cancellationToken);
            return failure is null or { Error: ObjectStoreError.NotFound } ? true : throw failure;
        },
        cancellationToken);

    /// <summary>In the order of UTF-8: ordinal, but for characters beyond U+FFFF, which come last there.</summary>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await ListPageAsync(NameOf(prefix) + "/", next, cancellationToken);
            var space = page.Name.Namespace;
            foreach (var found in page.Elements(space + "Contents"))
            {
                var name = found.Element(space + "Key")!.Value;
                if (ObjectKey.TryParse(name[_prefix.Length..], out var key))
                {
                    yield return new StoredObject(
                        key, long.Parse(found.Element(space + "Size")!.Value, CultureInfo.InvariantCulture),
                        found.Element(space + "ETag")!.Value,
                        DateTimeOffset.Parse(found.Element(space + "LastModified")!.Value, CultureInfo.InvariantCulture));
                }
            }

            next = page.Element(space + "NextContinuationToken")?.Value;
        }
        while (!string.IsNullOrEmpty(next));
    }

    public async ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, _options.UploadMax);
        var name = NameOf(grant.Key);
        var signer = _signer ??= new Goog4QuerySigner(
            _identity.Signer, await GuardAsync(() => _identity.EmailAsync(cancellationToken).AsTask(), cancellationToken),
            _options);
        return await signer.SignAsync(grant, name, _time.GetUtcNow(), cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<XElement> ListPageAsync(string prefix, string? next, CancellationToken cancellationToken) =>
        await GuardAsync(
            async () =>
            {
                var query = GcsRequests.Query(("list-type", "2"), ("prefix", prefix), ("continuation-token", next));
                using var answer = await _requests.SendAsync(HttpMethod.Get, "", query, null, null, cancellationToken);
                await EnsureDoneAsync(answer, "storage.objects.list", cancellationToken);
                await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
                return (await XDocument.LoadAsync(body, LoadOptions.None, cancellationToken)).Root!;
            },
            cancellationToken);

    private static async Task EnsureDoneAsync(
        HttpResponseMessage answer, string permission, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw await GcsFailures.OfAsync(answer, permission, cancellationToken);
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (GcsFailures.IsFailure(e, cancellationToken))
        {
            throw GcsFailures.Translate(e);
        }
    }

    private string NameOf(ObjectKey key) => ObjectKey.TryParse(_prefix + key, out var whole)
        ? whole.ToString()
        : throw new ObjectStoreException(ObjectStoreError.Invalid, "The key is too long behind the store's prefix.");
}
