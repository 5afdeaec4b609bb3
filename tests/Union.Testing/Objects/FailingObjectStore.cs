using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Setup;

namespace Union.Testing.Objects;

/// <summary>A store that fails when a test says so.</summary>
public sealed class FailingObjectStore(IObjectStore store) : IObjectStore, IInspectedStore
{
    private ObjectStoreError _error;
    private int _times;
    private bool _hangs;

    public int Puts { get; private set; }

    public int Heads { get; private set; }

    public ObjectStoreCapabilities Capabilities => store.Capabilities;

    /// <summary>What the doctor may ask it: what a test says.</summary>
    public IReadOnlyList<StoreInspection> Inspections { get; set; } = [];

    public Uri PlaceOf(ObjectKey key) => new($"https://{Host}/{key}");

    /// <summary>Where it would be reached.</summary>
    public const string Host = "store.example.com";

    public void Fail(ObjectStoreError error, int times) => (_error, _times) = (error, times);

    /// <summary>From now on it answers nothing.</summary>
    public void Hang() => _hangs = true;

    public Reference ReferenceTo(ObjectKey key) => store.ReferenceTo(key);

    public bool TryResolve(Reference reference, out ObjectKey key) => store.TryResolve(reference, out key);

    public async Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        Heads++;
        await AnswerAsync(cancellationToken);
        return await store.HeadAsync(key, cancellationToken);
    }

    public async Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        return await store.OpenReadAsync(key, offset, cancellationToken);
    }

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        Puts++;
        var some = new byte[2];
        if (_times > 0)
        {
            await content.ReadAtLeastAsync(some, 1, throwOnEndOfStream: false, cancellationToken);
        }

        await AnswerAsync(cancellationToken);
        await store.PutAsync(key, content, mode, cancellationToken);
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        await store.DeleteAsync(key, cancellationToken);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(ObjectKey prefix, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, cancellationToken);

    public async ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        return await store.PresignAsync(grant, cancellationToken);
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        if (_hangs)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        if (_times-- > 0)
        {
            throw new ObjectStoreException(_error, "As the test wished.");
        }
    }
}
