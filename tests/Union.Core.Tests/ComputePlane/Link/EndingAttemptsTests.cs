using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Link;

namespace Union.Core.Tests.ComputePlane.Link;

public sealed class EndingAttemptsTests
{
    private static readonly AttemptKey First = new("0199f000-0000-7000-8000-000000000001", 1);
    private static readonly AttemptKey Second = new("0199f000-0000-7000-8000-000000000002", 1);

    private readonly SlowExecutor _executor = new();
    private readonly EndingAttempts _ending;

    public EndingAttemptsTests() => _ending = new EndingAttempts(_executor, NullLogger<EndingAttempts>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Begin_WhileOthersTakeTheirTime_ReturnsAndAsksEachOnce()
    {
        Assert.Equal(2, _ending.Begin([First, Second], EndReason.Aborted, Cancel));
        Assert.Equal(0, _ending.Begin([Second, First], EndReason.Aborted, Cancel));

        Assert.Equal([First, Second], _executor.Asked);
    }

    [Fact]
    public async Task EndAsync_CompletesWithTheLastOfThem()
    {
        _ending.Begin([First], EndReason.Aborted, Cancel);
        var ended = _ending.EndAsync([First, Second], EndReason.LeaseLost, Cancel);

        _executor.Let(Second);
        Assert.False(ended.IsCompleted);
        _executor.Let(First);

        await ended.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task Begin_AfterAFailure_AsksAgain()
    {
        var ended = _ending.EndAsync([First], EndReason.Aborted, Cancel);
        _executor.Fail(First);
        await ended.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Equal(1, _ending.Begin([First], EndReason.Aborted, Cancel));
    }

    /// <summary>Ends an attempt when the test says so.</summary>
    private sealed class SlowExecutor : IExecutor
    {
        private readonly Dictionary<AttemptKey, TaskCompletionSource> _ends = [];

        public List<AttemptKey> Asked { get; } = [];

        public ExecutorCapabilities Capabilities => throw new NotSupportedException();

        public void Let(AttemptKey key) => _ends[key].SetResult();

        public void Fail(AttemptKey key) => _ends[key].SetException(new IOException("The folder is gone."));

        public Task EndAsync(AttemptKey key, EndReason reason, CancellationToken cancellationToken)
        {
            Asked.Add(key);
            return (_ends[key] = new TaskCompletionSource()).Task;
        }

        public Task StartAsync(AttemptWork work, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<AttemptResult> WaitAsync(AttemptKey key, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<AttemptKey>> ListAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task ForgetAsync(AttemptKey key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
