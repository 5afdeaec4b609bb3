using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class WatchTests
{
    [Fact]
    public async Task WatchAction_FromSnapshotToTheEnd_ShowsEveryChangeAndStops()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var details = await plane.AsUserAsync(new WatchAction("default", "development", "r1", "a0"));
        await using var watch = details.GetAsyncEnumerator(ControlPlaneFixture.Cancel);

        Assert.Equal(ActionPhase.Queued, await NextAsync(watch));
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        Assert.Equal(ActionPhase.Running, await NextAsync(watch));
        await plane.ReportAsync(plane.Event(2, work.Key, ActionPhase.Succeeded));
        Assert.Equal(ActionPhase.Succeeded, await NextAsync(watch));

        Assert.False(await watch.MoveNextAsync());
    }

    [Fact]
    public async Task WatchAction_ThatIsOver_AnswersItOnceAndStops()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        await plane.AsUserAsync(new AbortAction("default", "development", "r1", "a0", ""));

        var phases = await (await plane.AsUserAsync(new WatchAction("default", "development", "r1", "a0")))
            .Select(detail => detail.Action.Phase).ToListAsync(ControlPlaneFixture.Cancel);

        Assert.Equal([ActionPhase.Aborted], phases);
    }

    [Fact]
    public async Task WatchAction_Unknown_IsNotFound()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(new WatchAction("default", "development", "nowhere", "a0")));

        Assert.Equal(ErrorCode.NotFound, thrown.Code);
    }

    [Fact]
    public async Task WatchActions_Filtered_SaysWhichMeetTheFilter()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var batches = await plane.AsUserAsync(new WatchActions(
            "default", "development", "r1", [new Filter(FilterFunction.Equal, "phase", ["5"])]));

        await using var watch = batches.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
        Assert.True(await watch.MoveNextAsync());

        Assert.False(Assert.Single(watch.Current).MeetsFilters);
    }

    [Fact]
    public async Task WatchActions_ChildChanges_ShowsItsParentWithTheCountsOfAllItsChildren()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var parent = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, parent.Key, ActionPhase.Running));
        foreach (var name in new[] { "c1", "c2" })
        {
            await plane.AsClusterAsync(new EnqueueChild(parent.Key, name, "", ControlPlaneFixture.NewTask(), ""));
        }

        var batches = await plane.AsUserAsync(new WatchActions("default", "development", "r1", []));
        await using var watch = batches.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(
            [("a0", "Queued 2"), ("c1", ""), ("c2", "")], watch.Current.Select(w => (w.Action.Name, CountsOf(w))).Order());

        var child = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(2, child.Key, ActionPhase.Running));
        Assert.True(await watch.MoveNextAsync());

        Assert.Equal(
            [("a0", "Queued 1, Running 1"), ("c1", "")], watch.Current.Select(w => (w.Action.Name, CountsOf(w))).Order());
    }

    [Fact]
    public async Task ChildTally_OfMoreActionsThanItCounts_GivesUpAndSaysNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var root = await plane.CreateRunAsync("r1");
        var tally = new ChildTally(maxActions: 2);
        ActionRow Child(long id) => root with { Id = id, ParentId = root.Id };

        Assert.Equal([root.Id], tally.Take([Child(1001), Child(1002)]));
        Assert.Equal(2, tally.Of(root.Id)[ActionPhase.Queued]);
        Assert.Empty(tally.Take([Child(1003)]));
        Assert.Empty(tally.Take([Child(1001) with { Phase = ActionPhase.Running }]));
        Assert.Empty(tally.Of(root.Id));
    }

    private static string CountsOf(WatchedAction watched) => string.Join(
        ", ", watched.Children.OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}"));

    [Fact]
    public async Task WatchRuns_Changes_AreTheRunsThatChanged()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        await plane.CreateRunAsync("r2");
        var batches = await plane.AsUserAsync(new WatchRuns(new RunScope("default", "development")));
        await using var watch = batches.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(["r2", "r1"], watch.Current.Select(r => r.Run));

        var next = watch.MoveNextAsync().AsTask();
        await plane.AsUserAsync(new AbortAction("default", "development", "r1", "a0", ""));
        await AdvanceUntilAsync(plane, next);

        Assert.Equal(("r1", ActionPhase.Aborted), watch.Current.Select(r => (r.Run, r.Phase)).Single());
    }

    [Fact]
    public async Task WatchRunGroups_FailedRuns_AreCountedByTask()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(
            plane.Event(1, work.Key, ActionPhase.Running),
            plane.Event(2, work.Key, ActionPhase.Failed, "exit_code", kind: 1));
        await plane.CreateRunAsync("r2");
        await plane.AsUserAsync(plane.NewRun("r3") with { Task = ControlPlaneFixture.NewTask(0, "snow") });

        var changes = await plane.AsUserAsync(new WatchRunGroups("default", "development", null, null, []));
        await using var watch = changes.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
        Assert.True(await watch.MoveNextAsync());

        var rain = watch.Current.Changed.Single(g => g.TaskName == "rain");
        Assert.Equal(2, watch.Current.Changed.Count);
        Assert.Equal((2, 1.0, 1), (rain.Runs, rain.FailureRate, rain.ErrorKinds[1]));
        Assert.Equal(["r2", "r1"], rain.Recent.Select(r => r.Name));
    }

    private static async Task<ActionPhase> NextAsync(IAsyncEnumerator<ActionDetail> watch) =>
        await watch.MoveNextAsync() ? watch.Current.Action.Phase : ActionPhase.Unspecified;

    // The watch paces itself by the clock, which stands still unless somebody moves it.
    private static async Task AdvanceUntilAsync(ControlPlaneFixture plane, Task<bool> next)
    {
        while (!next.IsCompleted)
        {
            plane.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
            await plane.ActionAsync("r1");
        }

        Assert.True(await next);
    }
}
