using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// One store out of several buckets: a kind of objects may have one of its own, all others lie in the first. A key says
/// its kind, so that nothing has to be looked up.
/// </summary>
public sealed class RoutedObjectStore(
    IObjectStore rest, IReadOnlyDictionary<ArtifactKind, IObjectStore> byKind, ObjectLayout layout)
    : IObjectStore, IDisposable
{
    private readonly List<IObjectStore> _stores = [rest, .. byKind.Values];

    /// <summary>The store of each bucket.</summary>
    public IReadOnlyList<IObjectStore> Stores => _stores;

    /// <summary>What every bucket keeps; a bound that one of them cannot enforce is none of the whole.</summary>
    public ObjectStoreCapabilities Capabilities { get; } = byKind.Values.Append(rest)
        .Select(store => store.Capabilities)
        .Aggregate((a, b) => new ObjectStoreCapabilities(
            a.MaxPresignLifetime < b.MaxPresignLifetime ? a.MaxPresignLifetime : b.MaxPresignLifetime,
            a.PresignBindsContentLength && b.PresignBindsContentLength,
            a.PresignBindsContentMd5 && b.PresignBindsContentMd5));

    public Reference ReferenceTo(ObjectKey key) => StoreOf(key).ReferenceTo(key);

    /// <summary>A reference counts in the bucket of its kind only: the others never hold that object.</summary>
    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        foreach (var store in _stores)
        {
            if (store.TryResolve(reference, out key) && ReferenceEquals(StoreOf(key), store))
            {
                return true;
            }
        }

        key = default;
        return false;
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        StoreOf(key).HeadAsync(key, cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) =>
        StoreOf(key).OpenReadAsync(key, offset, cancellationToken);

    public Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken) =>
        StoreOf(key).PutAsync(key, content, mode, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        StoreOf(key).DeleteAsync(key, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(ObjectKey prefix, CancellationToken cancellationToken) =>
        layout.KindOf(prefix) is null || byKind.Count == 0
            ? OrderedMerge.OfAsync([.. _stores.Select(store => store.ListAsync(prefix, cancellationToken))])
            : StoreOf(prefix).ListAsync(prefix, cancellationToken);

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken) =>
        StoreOf(grant.Key).PresignAsync(grant, cancellationToken);

    public void Dispose() => _stores.ForEach(store => (store as IDisposable)?.Dispose());

    private IObjectStore StoreOf(ObjectKey key) =>
        layout.KindOf(key) is { } kind && byKind.TryGetValue(kind, out var own) ? own : rest;
}
