using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class LeaseWorkTests
{
    [Fact]
    public async Task Lease_OneWaiting_IsHandedOutOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");

        var work = await plane.LeaseAsync(8);
        var again = await plane.LeaseAsync(8);

        Assert.Equal(1, Assert.Single(work.Assignments).Key.Fence);
        Assert.Empty(again.Assignments);
    }

    [Fact]
    public async Task Lease_NoPlaceFree_HandsOutNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");

        Assert.Empty((await plane.LeaseAsync(0)).Assignments);
    }

    [Fact]
    public async Task Lease_NotConfirmedInAMinute_ReturnsUnderAHigherFence()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var first = await plane.LeaseOneAsync();

        plane.Time.Advance(TimeSpan.FromSeconds(61));
        var work = await plane.LeaseAsync(1);

        var second = Assert.Single(work.Assignments);
        Assert.Equal((2, 1), (second.Key.Fence, (int)second.Action.Attempt));
        Assert.Contains(first.Key, work.End);
    }

    [Fact]
    public async Task Report_ConfirmedAfterItWentBackToTheQueue_IsRefusedAndLeavesTheActionThere()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var first = await plane.LeaseOneAsync();
        plane.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Contains(first.Key, (await plane.LeaseAsync(0)).End);

        var late = await plane.ReportAsync(plane.Event(1, first.Key, ActionPhase.Initializing));
        await plane.ReportAsync(plane.Event(2, first.Key, ActionPhase.Aborted));

        Assert.Equal([first.Key], late.Refused);
        Assert.Equal(ActionPhase.Queued, (await plane.ActionAsync("r")).Phase);
        Assert.Equal(2, (await plane.LeaseOneAsync()).Key.Fence);
    }

    [Fact]
    public async Task Lease_ConfirmedInTime_StaysHandedOut()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Initializing));

        plane.Time.Advance(TimeSpan.FromHours(1));

        Assert.Empty((await plane.LeaseAsync(1)).Assignments);
    }

    [Fact]
    public async Task Lease_ClockSetBackWhileItWaits_WaitsNoLonger()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var lease = plane.AsClusterAsync(
            new Core.ControlPlane.Runs.LeaseWork(plane.Session, 1, TimeSpan.FromSeconds(3), []));

        // The first ticks let it begin; all of them together are less than the hour.
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var tick = 0; tick < 1500 && !lease.IsCompleted; tick++)
        {
            await ticks.WaitForNextTickAsync(ControlPlaneFixture.Cancel);
            if (tick > 10)
            {
                plane.Clock.Offset = TimeSpan.FromHours(-1);
                plane.Time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.True(lease.IsCompleted);
        Assert.Empty((await lease).Assignments);
    }

    [Fact]
    public async Task Lease_OldSession_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var old = plane.Session;
        await plane.HelloAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(
            new Core.ControlPlane.Runs.LeaseWork(old, 1, TimeSpan.Zero, [])));

        Assert.Equal("session_ended", thrown.Reason);
    }

    [Fact]
    public async Task Hello_AttemptNotHeldAnyMore_IsTriedAgainAtOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var lost = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, lost.Key, ActionPhase.Running));

        await plane.HelloAsync(lastEvent: 1);
        var retried = await plane.LeaseOneAsync();

        Assert.Equal((2, 2), ((int)retried.Key.Fence, (int)retried.Action.Attempt));
    }

    [Fact]
    public async Task Hello_HeldAndUnknown_IsToBeEnded()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var stranger = new AttemptKey("01890000-0000-7000-8000-000000000000", 1);

        var hello = await plane.HelloAsync(0, stranger);

        Assert.Equal([stranger], hello.End);
    }
}
