using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Execution;

namespace Union.Core.ComputePlane.Link;

/// <summary>The attempts that run now, each in a task of its own. Stopping leaves them running: they outlive this process.</summary>
public sealed partial class RunningAttempts(AttemptRunner runner, IExecutor executor, ILogger<RunningAttempts> logger)
{
    private readonly ConcurrentDictionary<AttemptKey, Task> _running = new();

    /// <summary>Called when an attempt has ended and its place is free.</summary>
    public event Action? Freed;

    public int Count => _running.Count;

    public int Free => Math.Max(0, executor.Capabilities.Parallel - _running.Count);

    public bool Holds(AttemptKey key) => _running.ContainsKey(key);

    public void Start(Assignment assignment, CancellationToken cancellationToken) =>
        Track(assignment, token => runner.RunAsync(assignment, token), cancellationToken);

    public void Resume(Assignment assignment, CancellationToken cancellationToken) =>
        Track(assignment, token => runner.ResumeAsync(assignment, token), cancellationToken);

    /// <summary>Waits until the runners have let go, after their token was cancelled.</summary>
    public Task StoppedAsync() => Task.WhenAll(_running.Values);

    private void Track(Assignment assignment, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        var key = assignment.Ref.Key();
        var started = new TaskCompletionSource();
        var task = GuardAsync(key, started.Task, run, cancellationToken);
        if (_running.TryAdd(key, task))
        {
            started.SetResult();
        }
    }

    private async Task GuardAsync(
        AttemptKey key, Task started, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await started;
        try
        {
            await run(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops; the attempt goes on and is adopted at the next start.
        }
#pragma warning disable CA1031 // The border of one attempt: its bug must not end the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroke(key.Uid, e);
        }

        _running.TryRemove(key, out _);
        Freed?.Invoke();
    }

    [LoggerMessage(2003, LogLevel.Error, "Attempt {AttemptUid} could not be followed; it is taken up again at the next start")]
    private partial void LogBroke(string attemptUid, Exception exception);
}
