using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Runs;
using Union.Core.Tests.ControlPlane;

namespace Union.Core.Tests.Pipeline;

public sealed class ReauthorizeBehaviorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Principal Alice = new("alice", "default", [new Grant(Verb.RunsRead)]);

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<ValueTask<Principal?>> _now = () => ValueTask.FromResult<Principal?>(Alice);

    public static TheoryData<string> Endings => ["nobody", "another caller", "no verb", "no answer"];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Watch_PermissionEnds_EndsWithinAMinute(string ending)
    {
        await using var fixture = await ControlPlaneFixture.StartAsync();
        var run = await fixture.CreateRunAsync();
        await using var watch = await WatchAsync(fixture, run.Run);
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, ControlPlaneFixture.Cancel));

        _now = () => ending switch
        {
            "nobody" => ValueTask.FromResult<Principal?>(null),
            "another caller" => ValueTask.FromResult<Principal?>(Alice with { Subject = "bob" }),
            "no verb" => ValueTask.FromResult<Principal?>(Alice with { Grants = [new Grant(Verb.ProjectsRead)] }),
            _ => throw new InvalidOperationException("Whoever knows is away."),
        };
        var next = watch.MoveNextAsync().AsTask();
        fixture.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(next.IsCompleted);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        var thrown = await Assert.ThrowsAsync<UnionException>(() => next.WaitAsync(Patience, ControlPlaneFixture.Cancel));
        Assert.Equal((ErrorCode.PermissionDenied, "grant_ended"), (thrown.Code, thrown.Reason));
    }

    [Fact]
    public async Task Watch_PermissionHolds_IsAskedAndGoesOn()
    {
        await using var fixture = await ControlPlaneFixture.StartAsync();
        var run = await fixture.CreateRunAsync();
        await using var watch = await WatchAsync(fixture, run.Run);
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, ControlPlaneFixture.Cancel));

        _now = () =>
        {
            _asked.TrySetResult();
            return ValueTask.FromResult<Principal?>(Alice);
        };
        fixture.Time.Advance(TimeSpan.FromSeconds(60));
        await _asked.Task.WaitAsync(Patience, ControlPlaneFixture.Cancel);
        var next = watch.MoveNextAsync().AsTask();
        await fixture.LeaseOneAsync();
        await fixture.AsUserAsync(new AbortAction("default", "development", run.Run, "a0", ""));

        Assert.True(await next.WaitAsync(Patience, ControlPlaneFixture.Cancel));
    }

    private async Task<IAsyncEnumerator<IReadOnlyList<WatchedAction>>> WatchAsync(ControlPlaneFixture fixture, string run)
    {
        var stream = await fixture.SendAsync(
            new WatchActions("default", "development", run, []), caller => caller.Become(Alice, "", () => _now()));
        return stream.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
    }
}
