using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// The customer's object store. Every member throws <see cref="ObjectStoreException"/> for a failure of the store, and
/// nothing else but cancellation; retry, metrics and logging are decorators, never part of an adapter.
/// </summary>
public interface IObjectStore
{
    ObjectStoreCapabilities Capabilities { get; }

    /// <summary>The reference by which a client names an object of this store, such as <c>s3://bucket/key</c>.</summary>
    Reference ReferenceTo(ObjectKey key);

    /// <summary>The key behind a reference to this store; false for a reference to any other place.</summary>
    bool TryResolve(Reference reference, out ObjectKey key);

    /// <summary>Size and tag of an object, or null where there is none.</summary>
    Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>The bytes of an object from <paramref name="offset"/> on. NotFound where there is none.</summary>
    Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an object whole or not at all: a put that is cancelled or fails leaves what was there before.
    /// With <see cref="PutMode.CreateOnly"/> one of several racing writers wins and the others get AlreadyExists.
    /// </summary>
    Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken);

    /// <summary>Removes an object; one that does not exist is no error.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>The objects below a prefix in ordinal order of their keys.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(ObjectKey prefix, CancellationToken cancellationToken);

    /// <summary>
    /// Signs one verb on one object until an instant. A bound that this store cannot enforce is refused
    /// (<see cref="ObjectStoreError.Unsupported"/>), never dropped.
    /// </summary>
    ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken);
}
