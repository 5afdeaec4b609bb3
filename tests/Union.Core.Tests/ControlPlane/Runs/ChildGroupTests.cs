using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ChildGroupTests
{
    [Fact]
    public async Task Insert_ChildrenOfTwoRuns_AreAsTheyAreReadAndNumberedWithoutGap()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var (first, second) = (await RunningAsync(plane, "r", 1), await RunningAsync(plane, "s", 2));
        var before = (await plane.ActionAsync("r")).Change;

        var (children, changes) = await InsertAsync(plane, Child(first, "c1"), Child(second, "c1"), Child(first, "c2"));

        ActionRow[] read = [await plane.ActionAsync("r", "c1"), await plane.ActionAsync("s", "c1"), await plane.ActionAsync("r", "c2")];
        Assert.Equal<ActionRow?>(read, children);
        Assert.Equal((before + 1, before + 2), (children[0]!.Change, children[2]!.Change));
        Assert.Equal(before + 2, await CounterAsync(plane, "r"));
        Assert.Equal(2, changes.Runs.Count);
        Assert.Equal([plane.Cluster.ClusterId], changes.Clusters);
        foreach (var (run, name) in new[] { ("r", "c1"), ("s", "c1"), ("r", "c2") })
        {
            var detail = await plane.AsUserAsync(new GetAction("default", "development", run, name));
            Assert.Equal([ActionPhase.Queued], detail.Events.Select(e => e.Phase));
        }
    }

    [Fact]
    public async Task Insert_GroupOfChildren_AreHandedOutInTheirOrder()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);

        await InsertAsync(plane, [.. Enumerable.Range(0, 5).Select(i => Child(parent, $"c{i}"))]);

        var work = await plane.LeaseAsync(10);
        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], work.Assignments.Select(a => a.Action.Name));
    }

    [Fact]
    public async Task Insert_WhatIsNotAsMostAre_IsLeftToATransactionOfItsOwn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);

        var (children, _) = await InsertAsync(
            plane,
            Child(parent, "c1"),
            Child(parent, "c1"),
            Child(parent, "c2") with { Task = ControlPlaneFixture.NewTask(name: "unknown") },
            Child(parent with { Fence = 7 }, "c3"),
            Child(new AttemptKey("unknown", 1), "c4"),
            Child(parent, "c5") with { Queue = "unknown" });

        Assert.Equal([true, false, false, false, false, false], children.Select(c => c is not null));
        Assert.Equal(["a0", "c1"], (await plane.ActionsAsync("r")).Select(a => a.Name));
    }

    [Fact]
    public async Task Insert_ForAParentThatIsToEnd_IsLeftOut()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        var (children, _) = await InsertAsync(plane, Child(parent, "c1"));

        Assert.Equal([null], children);
    }

    [Fact]
    public async Task Insert_ForAnAttemptOfAnotherCluster_IsLeftOut()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);

        var (children, _) = await InsertAsync(plane, plane.Cluster with { ClusterId = "another" }, Child(parent, "c1"));

        Assert.Equal([null], children);
    }

    [Fact]
    public async Task Insert_NameThatIsTaken_WritesNothingOfItsGroup()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);
        await plane.AsClusterAsync(Child(parent, "c2"));
        var before = await CounterAsync(plane, "r");

        await Assert.ThrowsAnyAsync<Exception>(() => InsertAsync(plane, Child(parent, "c1"), Child(parent, "c2")));

        Assert.Equal(before, await CounterAsync(plane, "r"));
        Assert.Equal(["a0", "c2"], (await plane.ActionsAsync("r")).Select(a => a.Name));
    }

    [Fact]
    public async Task Enqueue_AtOnceSomeAgainSomeRefused_EachGetsItsOwnAnswer()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);
        var known = await plane.AsClusterAsync(Child(parent, "c0"));

        var calls = Enumerable.Range(0, 20)
            .Select(i => plane.AsClusterAsync(Child(i % 4 == 1 ? parent with { Fence = 7 } : parent, $"c{i}"))).ToList();

        for (var i = 0; i < calls.Count; i++)
        {
            if (i % 4 == 1)
            {
                Assert.Equal("lease_not_held", (await Assert.ThrowsAsync<UnionException>(() => calls[i])).Reason);
                continue;
            }

            Assert.Equal($"c{i}", (await calls[i]).Name);
        }

        Assert.Equal(known, await calls[0]);
        Assert.Equal(16, (await plane.ActionsAsync("r")).Count);
    }

    private static Task<(IReadOnlyList<ActionRow?> Children, ChangeSet Changes)> InsertAsync(
        ControlPlaneFixture plane, params EnqueueChild[] requests) => InsertAsync(plane, plane.Cluster, requests);

    private static async Task<(IReadOnlyList<ActionRow?> Children, ChangeSet Changes)> InsertAsync(
        ControlPlaneFixture plane, ClusterIdentity cluster, params EnqueueChild[] requests)
    {
        var group = new ChildGroup(cluster, requests, plane.Time.GetUtcNow());
        await plane.Database.WriteAsync(
            "default",
            async session =>
            {
                await group.InsertAsync(session);
                return true;
            },
            ControlPlaneFixture.Cancel);
        return group.Committed();
    }

    private static async Task<long> CounterAsync(ControlPlaneFixture plane, string run) => (await plane.Database.ReadAsync(
        "default",
        session => RunStore.FindAsync(session, new RunId("default", "default", "development", run)),
        ControlPlaneFixture.Cancel))!.Change;

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane, string run, long sequence)
    {
        await plane.CreateRunAsync(run);
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(sequence, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static EnqueueChild Child(AttemptKey parent, string name) =>
        new(parent, name, "group", ControlPlaneFixture.NewTask(), "file:///data/in") { InputsDigest = new string('a', 64) };
}
