using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ChildKindTests
{
    private static readonly string Digest = new('a', 64);

    [Fact]
    public async Task Trace_IsStoredAsItEnded_AndNoClusterIsAskedToRunIt()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        var started = plane.Time.GetUtcNow().AddSeconds(-3);

        await plane.AsClusterAsync(Trace(parent, started));
        await plane.AsClusterAsync(Trace(parent, started));

        var trace = await plane.ActionAsync("r", "t1");
        Assert.Equal(
            (ActionKind.Trace, ActionPhase.Succeeded, "file:///data/x.pb"), (trace.Kind, trace.Phase, trace.OutputUri));
        Assert.Equal(3_000_000, trace.EndedAt - trace.StartedAt);
        Assert.Empty((await plane.LeaseAsync(8)).Assignments);
    }

    [Fact]
    public async Task Trace_OfTheNameOfATask_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(new EnqueueChild(parent, "t1", "", ControlPlaneFixture.NewTask(), ""));

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(Trace(parent, plane.Time.GetUtcNow())));

        Assert.Equal(ErrorCode.AlreadyExists, thrown.Code);
    }

    [Fact]
    public async Task Signal_ResolvesOnce_WithTheValueOfItsTypeOnly()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Condition(parent));
        Assert.Equal(ActionPhase.Paused, (await plane.ActionAsync("r", "c1")).Phase);

        var wrong = await RefusedAsync(plane, Signal() with { ValueType = "String" });
        await plane.AsClusterAsync(Signal());
        await plane.AsClusterAsync(Signal());
        var other = await RefusedAsync(plane, Signal() with { ValuePrivate = new string('b', 64) });

        Assert.Equal(("condition_type", "condition_not_waiting"), (wrong.Reason, other.Reason));
        var condition = await plane.ActionAsync("r", "c1");
        Assert.Equal(
            (ActionPhase.Succeeded, Digest, "ann"), (condition.Phase, condition.ValuePrivate, condition.SignalledBy));
    }

    [Fact]
    public async Task Signal_ByAnotherCluster_OrToATask_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Condition(parent));

        var foreign = await Assert.ThrowsAsync<UnionException>(() => plane.AsOtherClusterAsync(Signal()));
        var task = await RefusedAsync(plane, Signal() with { Action = "a0" });

        Assert.Equal(("action_unknown", "condition_not_waiting"), (foreign.Reason, task.Reason));
        Assert.Equal(ActionPhase.Paused, (await plane.ActionAsync("r", "c1")).Phase);
    }

    [Fact]
    public async Task Signal_ByATask_ResolvesOnlyWhatItsOwnActionAsked()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Condition(parent));
        await plane.AsClusterAsync(new EnqueueChild(parent, "t2", "", ControlPlaneFixture.NewTask(), ""));
        var sibling = (await plane.LeaseOneAsync()).Key;
        await plane.ReportAsync(plane.Event(2, sibling, ActionPhase.Running));

        var stranger = await RefusedAsync(plane, Signal() with { Parent = sibling });
        var stale = await RefusedAsync(plane, Signal() with { Parent = parent with { Fence = parent.Fence - 1 } });
        await plane.AsClusterAsync(Signal() with { Parent = parent });

        Assert.Equal(("action_unknown", "lease_not_held"), (stranger.Reason, stale.Reason));
        Assert.Equal(ActionPhase.Succeeded, (await plane.ActionAsync("r", "c1")).Phase);
    }

    [Fact]
    public async Task Condition_ThatNobodyResolves_TimesOutWhenTheClusterAsksForWork()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Condition(parent) with { Timeout = TimeSpan.FromMinutes(1) });

        await ConditionTimeouts.ExpireAsync(
            plane.Database, plane.Cluster, plane.Signals, plane.Time.GetUtcNow().AddSeconds(59), ControlPlaneFixture.Cancel);
        var early = await plane.ActionAsync("r", "c1");
        await ConditionTimeouts.ExpireAsync(
            plane.Database, plane.Cluster, plane.Signals, plane.Time.GetUtcNow().AddSeconds(61), ControlPlaneFixture.Cancel);

        var late = await plane.ActionAsync("r", "c1");
        Assert.Equal(
            (ActionPhase.Paused, ActionPhase.TimedOut, "condition_timed_out"), (early.Phase, late.Phase, late.ErrorCode));
    }

    [Fact]
    public async Task Condition_OfAParentThatIsOver_WaitsNoMore()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Condition(parent));

        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r", "c1")).Phase);
    }

    private static async Task<UnionException> RefusedAsync(ControlPlaneFixture plane, SignalAction signal) =>
        await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(signal));

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane)
    {
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static EnqueueChild Trace(AttemptKey parent, DateTimeOffset started) =>
        new(parent, "t1", "", new NewTask("lookup", "", "lookup", "trace", new byte[] { 1 }, "", 0), "")
        {
            Kind = ActionKind.Trace,
            Trace = new TracedCall(ActionPhase.Succeeded, started, started.AddSeconds(3), "file:///data/x.pb"),
        };

    private static EnqueueChild Condition(AttemptKey parent) =>
        new(parent, "c1", "", new NewTask("approve", "Boolean", "approve", "condition", new byte[] { 2 }, "", 0), "")
        {
            Kind = ActionKind.Condition,
        };

    private static SignalAction Signal() => new("default", "development", "r", "c1", "Boolean", Digest, "ann");
}
