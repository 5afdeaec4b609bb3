using System.Collections.Concurrent;
using System.Threading.Channels;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.Tests.ControlPlane;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>Attempts that end when the test says so.</summary>
internal sealed class HandExecutor : IExecutor
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<AttemptKey, TaskCompletionSource<AttemptResult>> _attempts = new();
    private readonly Channel<AttemptKey> _started = Channel.CreateUnbounded<AttemptKey>();
    private readonly Channel<AttemptKey> _followed = Channel.CreateUnbounded<AttemptKey>();
    private readonly Channel<AttemptKey> _forgotten = Channel.CreateUnbounded<AttemptKey>();

    public ExecutorCapabilities Capabilities { get; set; } = new("none", "rlimit", 8);

    /// <summary>The next attempt that was started.</summary>
    public async Task<AttemptKey> StartedAsync() =>
        await _started.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience);

    /// <summary>Waits until somebody waits for the next attempt.</summary>
    public async Task FollowedAsync() =>
        await _followed.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience);

    /// <summary>An attempt that runs, as an earlier process left it.</summary>
    public void Leave(AttemptKey key) => _attempts[key] = New();

    /// <summary>Waits until the next attempt is forgotten.</summary>
    public async Task<AttemptKey> ForgottenAsync() =>
        await _forgotten.Reader.ReadAsync(ControlPlaneFixture.Cancel).AsTask().WaitAsync(Patience);

    /// <summary>What was asked for last.</summary>
    public AttemptWork? Work { get; private set; }

    public void Succeed(AttemptKey key) => End(key, AttemptOutcome.Succeeded);

    /// <summary>Whoever waits for the attempt stumbles; the attempt itself runs on.</summary>
    public void BreakFollower(AttemptKey key)
    {
        var broken = _attempts[key];
        _attempts[key] = New();
        broken.SetException(new InvalidOperationException("A follower broke."));
    }

    /// <summary>What every start is refused with, where it is set.</summary>
    public UnionException? Refusal { get; set; }

    public Task StartAsync(AttemptWork work, CancellationToken cancellationToken)
    {
        Work = work;
        if (Refusal is { } refusal)
        {
            throw refusal;
        }

        if (_attempts.TryAdd(work.Key, New()))
        {
            _started.Writer.TryWrite(work.Key);
        }

        return Task.CompletedTask;
    }

    public Task<AttemptResult> WaitAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var result = _attempts[key].Task.WaitAsync(cancellationToken);
        _followed.Writer.TryWrite(key);
        return result;
    }

    public Task EndAsync(AttemptKey key, EndReason reason, CancellationToken cancellationToken)
    {
        End(key, AttemptOutcome.Aborted);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AttemptKey>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptKey>>([.. _attempts.Keys]);

    public Task ForgetAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        _attempts.TryRemove(key, out _);
        _forgotten.Writer.TryWrite(key);
        return Task.CompletedTask;
    }

    private void End(AttemptKey key, AttemptOutcome outcome)
    {
        if (_attempts.TryGetValue(key, out var attempt))
        {
            var now = DateTimeOffset.UnixEpoch;
            attempt.TrySetResult(new AttemptResult(outcome, now, now, null, null, null));
        }
    }

    private static TaskCompletionSource<AttemptResult> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
