using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>
/// The connections of a replica as its callers share them: who comes first is served first, nobody waits for ever, and
/// those who wait are bounded in number. The pool below would let them wait as well, but answers with its own words.
/// </summary>
internal sealed class PostgresSlots(int connections, TimeProvider time) : IDisposable
{
    /// <summary>Longer than any transaction takes; shorter than clients wait for an answer.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>Callers that wait for one connection: at a millisecond each, the last still has its turn in time.</summary>
    private const int MaxWaitingPerConnection = 100;

    private readonly SemaphoreSlim _free = new(connections);
    private int _waiting;

    /// <summary>Disposed, it is the next caller's.</summary>
    /// <exception cref="UnionException"><c>database_busy</c>: the turn did not come in time, or too many wait.</exception>
    public async ValueTask<Slot> TakeAsync(CancellationToken cancellationToken)
    {
        if (_free.Wait(0, CancellationToken.None))
        {
            return new Slot(_free);
        }

        if (Interlocked.Increment(ref _waiting) > MaxWaitingPerConnection * connections)
        {
            Interlocked.Decrement(ref _waiting);
            throw Busy("and too many callers wait for one");
        }

        using var timeout = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _free.WaitAsync(either.Token);
            return new Slot(_free);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Busy($"and none came free within {MaxWait.TotalSeconds:0} s");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _free.Dispose();

    private UnionException Busy(string why) => new(
        ErrorCode.ResourceExhausted, "database_busy",
        $"All {connections} connections to the metadata database are in use, {why}.",
        "Make the call again later; where it lasts, raise controlPlane.database.poolSize or add a replica.");

    internal readonly struct Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
