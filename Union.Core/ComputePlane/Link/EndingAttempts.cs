using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Union.Core.ComputePlane.Execution;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// Ends attempts side by side and each once: a task that uses its whole grace to stop must not keep others waiting, nor
/// the lease of new work.
/// </summary>
public sealed partial class EndingAttempts(IExecutor executor, ILogger<EndingAttempts> logger)
{
    private readonly ConcurrentDictionary<AttemptKey, Task> _ending = new();

    /// <summary>Begins to end those that are not ending already; answers how many that were.</summary>
    public int Begin(IEnumerable<AttemptKey> keys, EndReason reason, CancellationToken cancellationToken)
    {
        var begun = 0;
        foreach (var key in keys)
        {
            var start = new TaskCompletionSource();
            if (_ending.TryAdd(key, EndAsync(key, reason, start.Task, cancellationToken)))
            {
                begun++;
                start.SetResult();
            }
        }

        return begun;
    }

    /// <summary>Completes when nothing of these runs any more.</summary>
    public Task EndAsync(IReadOnlyCollection<AttemptKey> keys, EndReason reason, CancellationToken cancellationToken)
    {
        Begin(keys, reason, cancellationToken);
        var ending = keys.Select(key => _ending.GetValueOrDefault(key)).OfType<Task>();
        return Task.WhenAll(ending).WaitAsync(cancellationToken);
    }

    private async Task EndAsync(AttemptKey key, EndReason reason, Task start, CancellationToken cancellationToken)
    {
        await start;
        try
        {
            await executor.EndAsync(key, reason, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops; the control plane asks again at the next Hello.
        }
#pragma warning disable CA1031 // The border of one attempt: that it cannot be ended must not keep the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(key.Uid, e);
        }

        _ending.TryRemove(key, out _);
    }

    [LoggerMessage(2008, LogLevel.Error, "Attempt {AttemptUid} could not be ended; it is tried again when the control plane asks")]
    private partial void LogFailed(string attemptUid, Exception exception);
}
