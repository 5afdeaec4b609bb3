using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Execution;
using ErrorKind = Union.Core.ComputePlane.Execution.ErrorKind;

namespace Union.Core.ComputePlane.Link;

/// <summary>The attempts that run now, each in a task of its own. Stopping leaves them running: they outlive this process.</summary>
public sealed partial class RunningAttempts(
    AttemptRunner runner, WaitingAttempts waiting, IExecutor executor, TimeProvider time, ILogger<RunningAttempts> logger)
{
    /// <summary>Before an attempt is taken up again that could not be followed, as when a disk is full.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<AttemptKey, Task> _running = new();

    /// <summary>Called when an attempt has ended and its place is free.</summary>
    public event Action? Freed;

    public int Count => _running.Count;

    public ExecutorPlaces Places
    {
        get
        {
            // Of the same attempts both numbers: what ends in between must not count as waiting only.
            var held = _running.Keys;
            return new ExecutorPlaces(executor.Capabilities, held.Count, held.Count(waiting.Contains));
        }
    }

    public int Free => Places.Free;

    public bool Holds(AttemptKey key) => _running.ContainsKey(key);

    /// <summary>All of them, those too that the journal does not know yet.</summary>
    public IReadOnlyCollection<AttemptKey> Keys => [.. _running.Keys];

    public void Start(Assignment assignment, CancellationToken cancellationToken) =>
        Track(assignment, token => runner.RunAsync(assignment, token), cancellationToken);

    /// <summary>A child that came in a place which was lent; where nothing more can be held it ends as failed.</summary>
    public void StartChild(Assignment assignment, CancellationToken cancellationToken)
    {
        var places = Places;
        Track(
            assignment,
            token => places.IsFull
                ? runner.RefuseAsync(assignment, TooDeep(places.Held), token)
                : runner.RunAsync(assignment, token),
            cancellationToken);
    }

    public void Resume(Assignment assignment, CancellationToken cancellationToken) =>
        Track(assignment, token => runner.ResumeAsync(assignment, token), cancellationToken);

    /// <summary>How many children may start in places that are lent, once there are any.</summary>
    public async Task<int> PlacesForChildrenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            void Change() => changed.TrySetResult();
            waiting.Changed += Change;
            Freed += Change;
            try
            {
                if (Places.ForChildren is var places and > 0)
                {
                    return places;
                }

                await changed.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                waiting.Changed -= Change;
                Freed -= Change;
            }
        }
    }

    /// <summary>Waits until the runners have let go, after their token was cancelled.</summary>
    public Task StoppedAsync() => Task.WhenAll(_running.Values);

    private void Track(Assignment assignment, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        var key = assignment.Ref.Key();
        var started = new TaskCompletionSource();
        var task = GuardAsync(assignment, started.Task, run, cancellationToken);
        if (_running.TryAdd(key, task))
        {
            started.SetResult();
        }
    }

    private async Task GuardAsync(
        Assignment assignment, Task started, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await started;
        var key = assignment.Ref.Key();
        while (!await TryAsync(key, run, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            run = token => runner.ResumeAsync(assignment, token);
        }

        _running.TryRemove(key, out _);
        Freed?.Invoke();
    }

    private static AttemptError TooDeep(int held) => new(
        "nesting_too_deep", ErrorKind.User,
        $"All {held} attempts that this cluster may hold wait for children of theirs, and this child has no place. "
        + "Nest actions less deeply, start fewer that wait, or raise 'executor.waiting' of the cluster.",
        Recoverable: false);

    /// <summary>False where it must be taken up again.</summary>
    private async Task<bool> TryAsync(
        AttemptKey key, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
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
            return false;
        }

        return true;
    }

    [LoggerMessage(2003, LogLevel.Error, "Attempt {AttemptUid} could not be followed; it is taken up again in a moment")]
    private partial void LogBroke(string attemptUid, Exception exception);
}
