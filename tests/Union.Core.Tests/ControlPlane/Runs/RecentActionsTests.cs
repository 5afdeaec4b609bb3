using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class RecentActionsTests
{
    [Fact]
    public async Task Action_Unchanged_IsReadOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        await plane.CreateRunAsync("other");

        var first = await ReadAsync(plane, "r");

        Assert.NotSame(first, await ReadAsync(plane, "other"));
        Assert.Same(first, await ReadAsync(plane, "r"));
    }

    [Fact]
    public async Task Action_AfterEachChange_IsShownAsItIs()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        await ReadAsync(plane, "r");

        var work = await plane.LeaseOneAsync();
        var leased = await ReadAsync(plane, "r");
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        var running = await ReadAsync(plane, "r");
        await plane.ReportAsync(plane.Event(2, work.Key, ActionPhase.Succeeded));
        var succeeded = await ReadAsync(plane, "r");

        Assert.Equal(work.Key.Uid, Assert.Single(leased.Attempts).Uid);
        Assert.Equal((ActionPhase.Running, ActionPhase.Running), (running.Action.Phase, running.Attempts[0].Phase));
        Assert.Equal((ActionPhase.Succeeded, ActionPhase.Succeeded), (succeeded.Action.Phase, succeeded.Attempts[0].Phase));
        Assert.NotNull(succeeded.Attempts[0].EndedAt);
    }

    [Fact]
    public async Task Attempt_EndsAfterItsAction_IsShownEnded()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", ""));
        var aborted = await ReadAsync(plane, "r");

        await plane.LeaseAsync(0, work.Key);
        var ended = await ReadAsync(plane, "r");

        Assert.Equal(aborted.Action.Change, ended.Action.Change);
        Assert.Null(aborted.Attempts[0].EndedAt);
        Assert.NotNull(ended.Attempts[0].EndedAt);
    }

    [Fact]
    public async Task Report_OfALostAttempt_IsShown()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var stale = await plane.LeaseOneAsync();
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", ""));
        Assert.Null((await ReadAsync(plane, "r")).Attempts[0].ConfirmedAt);

        await plane.ReportAsync(plane.Event(1, stale.Key, ActionPhase.Running));
        var late = (await ReadAsync(plane, "r")).Attempts[0];

        Assert.Equal((true, ActionPhase.Running), (late.ConfirmedAt is not null, late.Phase));
    }

    [Fact]
    public async Task Actions_ManyAndLarge_MemoryIsBounded()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var detail = await ReadAsync(plane, "r") with { TaskProjection = new byte[32 << 10] };
        var recent = new RecentActions();
        var stamp = new ActionStamp(1, 1, 1, 1, 1, CacheStatus.Disabled, "", 0);

        for (var i = 0; i < 2000; i++)
        {
            recent.Keep(new ActionId(detail.Action.RunId, $"c{i}"), stamp, detail);
            Assert.InRange(recent.Bytes, 1, RecentActions.MaxBytes);
        }

        var last = new ActionId(detail.Action.RunId, "c1999");
        Assert.Same(detail, recent.Find(last, stamp));
        recent.Keep(last, stamp, detail with { TaskProjection = new byte[1 << 20] });
        Assert.Null(recent.Find(last, stamp));
    }

    private static Task<ActionDetail> ReadAsync(ControlPlaneFixture plane, string run) =>
        plane.AsUserAsync(new GetAction("default", "development", run, "a0"));
}
