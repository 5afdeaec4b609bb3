using Flyteidl2.Common;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Actions;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;

namespace Union.Core.Tests.ComputePlane.Actions;

public sealed class SteadyWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedCoordinator _coordinator = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Internal)]
    public async Task Read_ConnectionBreaks_GoesOnWithOneSentinelOnly(StatusCode code)
    {
        await using var reader = Watch();
        _coordinator.Next(Update("c1"), Sentinel, Break(code));
        _coordinator.Next(Update("c1"), Update("c2"), Sentinel, Update("c3"));

        var told = new List<string?> { await NextAsync(reader), await NextAsync(reader) };
        var third = NextAsync(reader);
        await _coordinator.BrokenAsync();
        while (!third.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        told.AddRange([await third, await NextAsync(reader), await NextAsync(reader)]);
        Assert.Equal(["c1", null, "c1", "c2", "c3"], told);
    }

    [Fact]
    public async Task Read_Refused_IsTold()
    {
        await using var reader = Watch();
        _coordinator.Next(Break(StatusCode.Aborted));

        var thrown = await Assert.ThrowsAsync<RpcException>(() => NextAsync(reader));

        Assert.Equal(StatusCode.Aborted, thrown.StatusCode);
    }

    private static Func<WatchForUpdatesResponse> Sentinel => () => new WatchForUpdatesResponse { Sentinel = true };

    private static Func<WatchForUpdatesResponse> Update(string name) =>
        () => new WatchForUpdatesResponse { Update = new ChildUpdate { Name = name, Phase = ActionPhase.Queued } };

    private static Func<WatchForUpdatesResponse> Break(StatusCode code) =>
        () => throw new RpcException(new Status(code, "broken"));

    private static async Task<string?> NextAsync(IAsyncEnumerator<ChildUpdate?> reader) =>
        await reader.MoveNextAsync() ? reader.Current?.Name : "ended";

    private IAsyncEnumerator<ChildUpdate?> Watch()
    {
        var task = new ActingTask();
        task.Become(new HeldAttempt(new AttemptKey("u", 1), new Assignment { Ref = new AttemptRef() }, Ended: false));
        return new SteadyWatch(new SiblingDirectory(_coordinator, task), _time).ReadAsync(Cancel).GetAsyncEnumerator(Cancel);
    }

    /// <summary>Answers each watch with the next script.</summary>
    private sealed class ScriptedCoordinator : Coordinator.CoordinatorClient
    {
        private readonly Queue<Func<WatchForUpdatesResponse>[]> _scripts = [];
        private readonly TaskCompletionSource _broken = new();

        public void Next(params Func<WatchForUpdatesResponse>[] script) => _scripts.Enqueue(script);

        public Task BrokenAsync() => _broken.Task;

        public override AsyncServerStreamingCall<WatchForUpdatesResponse> WatchForUpdates(
            WatchForUpdatesRequest request, Metadata? headers = null, DateTime? deadline = null,
            CancellationToken cancellationToken = default) => new(
                new Reader(_scripts.Dequeue(), _broken), Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess,
                () => Metadata.Empty, () => { });

        private sealed class Reader(Func<WatchForUpdatesResponse>[] script, TaskCompletionSource broken)
            : IAsyncStreamReader<WatchForUpdatesResponse>
        {
            private int _next;

            public WatchForUpdatesResponse Current { get; private set; } = null!;

            public Task<bool> MoveNext(CancellationToken cancellationToken)
            {
                try
                {
                    Current = script[_next++]();
                    return Task.FromResult(true);
                }
                catch (RpcException)
                {
                    broken.TrySetResult();
                    throw;
                }
            }
        }
    }
}
