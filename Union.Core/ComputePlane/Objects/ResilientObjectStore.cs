using Polly;
using Polly.Retry;
using Polly.Timeout;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Any store with patience: a call that failed for a moment is made again, and one that hangs is given up. Only calls
/// that may be made twice are: a put that creates is not, since a lost answer would turn into a conflict with itself,
/// unless the store said that it did not even begin.
/// </summary>
public sealed class ResilientObjectStore : IObjectStore, IDisposable
{
    private const int Retries = 3;

    /// <summary>For the answer to begin; the content of an object takes the time it takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IObjectStore _store;
    private readonly ResiliencePipeline _call;
    private readonly ResiliencePipeline _replace;
    private readonly ResiliencePipeline _create;

    public ResilientObjectStore(IObjectStore store, TimeProvider time)
    {
        _store = store;
        _call = PipelineOf(time, Patience, ObjectStoreError.Throttled, ObjectStoreError.Unavailable);
        _replace = PipelineOf(time, null, ObjectStoreError.Throttled, ObjectStoreError.Unavailable);
        _create = PipelineOf(time, null, ObjectStoreError.Throttled);
    }

    public ObjectStoreCapabilities Capabilities => _store.Capabilities;

    public Reference ReferenceTo(ObjectKey key) => _store.ReferenceTo(key);

    public bool TryResolve(Reference reference, out ObjectKey key) => _store.TryResolve(reference, out key);

    public Task<StoredObject?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(token => _store.HeadAsync(key, token), cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectKey key, long offset, CancellationToken cancellationToken) =>
        CallAsync(token => _store.OpenReadAsync(key, offset, token), cancellationToken);

    public async Task PutAsync(ObjectKey key, Stream content, PutMode mode, CancellationToken cancellationToken)
    {
        if (!content.CanSeek)
        {
            await _store.PutAsync(key, content, mode, cancellationToken);
            return;
        }

        var start = content.Position;
        await (mode is PutMode.CreateOnly ? _create : _replace).ExecuteAsync(
            async token =>
            {
                content.Position = start;
                await _store.PutAsync(key, content, mode, token);
            },
            cancellationToken);
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => CallAsync(
        async token =>
        {
            await _store.DeleteAsync(key, token);
            return true;
        },
        cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(ObjectKey prefix, CancellationToken cancellationToken) =>
        _store.ListAsync(prefix, cancellationToken);

    public ValueTask<PresignedRequest> PresignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        // Mostly arithmetic that is done at once: only what asks somebody, and was refused, is tried again.
        var signed = _store.PresignAsync(grant, cancellationToken);
        return signed.IsCompletedSuccessfully ? signed : new ValueTask<PresignedRequest>(AgainAsync());

        async Task<PresignedRequest> AgainAsync()
        {
            var first = signed.AsTask();
            return await CallAsync(
                token => Interlocked.Exchange(ref first, null) ?? _store.PresignAsync(grant, token).AsTask(),
                cancellationToken);
        }
    }

    public void Dispose() => (_store as IDisposable)?.Dispose();

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _call.ExecuteAsync(async token => await call(token), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            throw new ObjectStoreException(ObjectStoreError.Unavailable, "The object store did not answer in time.", e);
        }
    }

    private static ResiliencePipeline PipelineOf(TimeProvider time, TimeSpan? patience, params ObjectStoreError[] again)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Retries,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder()
                .Handle<ObjectStoreException>(e => again.Contains(e.Error)).Handle<TimeoutRejectedException>(),
        });
        return (patience is { } limit ? builder.AddTimeout(limit) : builder).Build();
    }
}
