using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ChildrenTests
{
    [Fact]
    public async Task Enqueue_Repeated_IsOneChild()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);

        await plane.AsClusterAsync(Child(parent, "c1"));
        await plane.AsClusterAsync(Child(parent, "c1"));

        Assert.Equal(["a0", "c1"], (await plane.ActionsAsync("r")).Select(a => a.Name));
    }

    [Fact]
    public async Task Enqueue_NameOfAnotherTask_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Child(parent, "c1"));

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(
            Child(parent, "c1") with { Task = ControlPlaneFixture.NewTask(name: "other") }));

        Assert.Equal(ErrorCode.AlreadyExists, thrown.Code);
    }

    [Fact]
    public async Task Enqueue_ForAnAttemptThatIsNotHeld_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);

        var foreign = await Assert.ThrowsAsync<UnionException>(() => plane.AsOtherClusterAsync(Child(parent, "c1")));
        var stale = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsClusterAsync(Child(parent with { Fence = 7 }, "c1")));

        Assert.Equal(("lease_not_held", "lease_not_held"), (foreign.Reason, stale.Reason));
    }

    [Fact]
    public async Task Lease_PlacesForChildrenOnly_GivesTheNewestAndNoRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.CreateRunAsync("another");
        foreach (var name in (string[])["c1", "c2", "c3"])
        {
            await plane.AsClusterAsync(Child(parent, name));
        }

        var first = await LeaseChildrenAsync(plane, 2);
        var rest = await LeaseChildrenAsync(plane, 5);

        Assert.Equal(["c2", "c3"], first.Assignments.Select(a => a.Action.Name).Order());
        Assert.Equal(["c1"], rest.Assignments.Select(a => a.Action.Name));
        Assert.Equal("another", (await plane.LeaseOneAsync()).Action.Run);
    }

    [Fact]
    public async Task Lease_PlacesForChildrenOnly_IsNotToldWhatMustEnd()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        Assert.Empty((await LeaseChildrenAsync(plane, 1)).End);
        Assert.Equal([parent], (await plane.LeaseAsync(0)).End);
    }

    [Fact]
    public async Task Abort_Root_EndsTheChildrenToo()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsClusterAsync(Child(parent, "c1"));
        var child = await plane.LeaseOneAsync();

        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r")).Phase);
        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r", "c1")).Phase);
        Assert.Equal([parent, child.Key], (await plane.LeaseAsync(0)).End.OrderBy(k => k.Uid == child.Key.Uid));
    }

    [Fact]
    public async Task Abort_LateSuccess_DoesNotChangeTheResult()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        var result = await plane.ReportAsync(plane.Event(2, parent, ActionPhase.Succeeded));

        Assert.Equal([parent], result.Refused);
        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r")).Phase);
        Assert.Empty((await plane.LeaseAsync(0)).End);
    }

    [Fact]
    public async Task Abort_FinishedRun_ChangesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var root = await RunningAsync(plane);
        await plane.ReportAsync(plane.Event(2, root, ActionPhase.Succeeded));
        var before = await plane.ActionAsync("r");

        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "too late"));

        Assert.Equal(before, await plane.ActionAsync("r"));
    }

    [Fact]
    public async Task Watch_SnapshotThenChanges_MissesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane);
        var changes = await plane.AsUserAsync(new WatchActions("default", "development", "r", []));
        await using var reader = changes.GetAsyncEnumerator(ControlPlaneFixture.Cancel);

        await reader.MoveNextAsync();
        var snapshot = reader.Current;
        await plane.AsClusterAsync(Child(parent, "c1"));
        await reader.MoveNextAsync();
        var change = reader.Current;

        Assert.Equal(["a0"], snapshot.Select(a => a.Action.Name));
        Assert.Equal(["c1", "a0"], change.Select(a => a.Action.Name));
    }

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane)
    {
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static Task<LeasedWork> LeaseChildrenAsync(ControlPlaneFixture plane, int places) => plane.AsClusterAsync(
        new Core.ControlPlane.Runs.LeaseWork(plane.Session, 0, TimeSpan.Zero, []) { Children = places });

    private static EnqueueChild Child(AttemptKey parent, string name) =>
        new(parent, name, "group", ControlPlaneFixture.NewTask(), "");
}
