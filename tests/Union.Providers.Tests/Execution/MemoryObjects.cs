using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Tests.Execution;

/// <summary>What the executor's tests need of a store, and a way to make it fail.</summary>
internal sealed class MemoryObjects : IObjectStore
{
    private const string Scheme = "memory://";

    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    public bool IsDown { get; set; }

    public ObjectStoreCapabilities Capabilities { get; } = new(TimeSpan.Zero, false, false);

    public byte[] this[string key]
    {
        get => _objects[key];
        set => _objects[key] = value;
    }

    public IEnumerable<string> Keys => _objects.Keys.Order(StringComparer.Ordinal);

    public Reference ReferenceTo(ObjectKey key) => Reference.Parse(Scheme + key);

    public bool TryResolve(Reference reference, out ObjectKey key)
    {
        key = default;
        var text = reference.ToString();
        return text.StartsWith(Scheme, StringComparison.Ordinal) && ObjectKey.TryParse(text[Scheme.Length..], out key);
    }

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) =>
        _objects.TryGetValue(key.ToString(), out var bytes) && !IsDown
            ? Task.FromResult<Stream>(new MemoryStream(bytes[(int)offset..]))
            : throw new ObjectStoreException(
                IsDown ? ObjectStoreError.Unavailable : ObjectStoreError.NotFound, "There is no such object.");

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, "The store is down.");
        }

        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        _objects[key.ToString()] = copy.ToArray();
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<StoredObject> ListAsync(
        ObjectKey prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var key in Keys.Select(ObjectKey.Parse).Where(key => key.IsBelow(prefix)))
        {
            yield return new StoredObject(key, _objects[key.ToString()].Length, "", default);
        }
    }

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
