using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Testing.Objects;

/// <summary>
/// Objects in memory. A signed URL is a random ticket that <see cref="CreateClient"/>'s handler knows the grant of.
/// </summary>
public class InMemoryObjectStore(
    TimeProvider time, bool bindsUploads = true, TimeSpan? maxLifetime = null, long uploadMax = 1 << 30) : IObjectStore
{
    private const string Root = "memory://store/";

    private readonly ConcurrentDictionary<ObjectKey, (byte[] Content, string Tag, DateTimeOffset Modified)> _objects = [];
    private readonly ConcurrentDictionary<string, (PresignGrant Grant, DateTimeOffset Expires)> _tickets = [];
    private long _writes;

    public ObjectStoreCapabilities Capabilities { get; } =
        new(maxLifetime ?? TimeSpan.FromHours(1), bindsUploads, bindsUploads);

    /// <summary>What was signed, in order, for tests to look at.</summary>
    public ConcurrentQueue<PresignGrant> Grants { get; } = [];

    public Reference ReferenceTo(ObjectKey key) => Reference.Parse(Root + key);

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var text = reference.ToString();
        return text.StartsWith(Root, StringComparison.Ordinal) && ObjectKey.TryParse(text[Root.Length..], out key);
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        Task.FromResult(_objects.TryGetValue(key, out var found)
            ? new StoredObject(key, found.Content.Length, found.Tag, found.Modified)
            : null);

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) =>
        _objects.TryGetValue(key, out var found)
            ? Task.FromResult<Stream>(new MemoryStream(found.Content, writable: false) { Position = offset })
            : throw new ObjectStoreException(ObjectStoreError.NotFound, $"There is no object '{key}'.");

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        var tag = Interlocked.Increment(ref _writes).ToString(CultureInfo.InvariantCulture);
        var written = (buffer.ToArray(), tag, time.GetUtcNow());
        if (mode is PutMode.Replace)
        {
            _objects[key] = written;
        }
        else if (!_objects.TryAdd(key, written))
        {
            throw new ObjectStoreException(ObjectStoreError.AlreadyExists, $"There is an object '{key}' already.");
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        _objects.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in _objects.Keys.Where(k => k.IsBelow(prefix)).Order())
        {
            if (await HeadAsync(key, cancellationToken) is { } found)
            {
                yield return found;
            }
        }
    }

    public virtual ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        PresignRules.Check(grant, Capabilities, uploadMax);
        Grants.Enqueue(grant);
        var ticket = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var expires = time.GetUtcNow() + grant.Lifetime;
        _tickets[ticket] = (grant, expires);

        var headers = new Dictionary<string, string>();
        if (grant.ContentLength is { } length)
        {
            headers["Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
        }

        if (grant.ContentMd5 is { } md5)
        {
            headers["Content-MD5"] = Convert.ToBase64String(md5.Span);
        }

        var url = new SignedUrl($"http://memory.test/{ticket}");
        var method = grant.Verb.ToString().ToUpperInvariant();
        return ValueTask.FromResult(new PresignedRequest(method, url, headers, expires));
    }

    /// <summary>A client for the URLs that this store signs.</summary>
    public HttpClient CreateClient() => new(new InMemoryObjectHandler(this, Find, uploadMax));

    private PresignGrant? Find(string ticket) =>
        _tickets.TryGetValue(ticket, out var found) && time.GetUtcNow() < found.Expires ? found.Grant : null;
}
