using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class TimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Queued_LongerThanAllowed_TimesOutOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { QueueTimeout = Limit });

        plane.Time.Advance(Limit);
        await plane.SweepTimeoutsAsync();
        var early = await plane.ActionAsync("r");
        plane.Time.Advance(TimeSpan.FromSeconds(1));
        await plane.SweepTimeoutsAsync();
        await plane.SweepTimeoutsAsync();

        Assert.Equal(ActionPhase.Queued, early.Phase);
        var detail = await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"));
        Assert.Equal(
            (ActionPhase.TimedOut, "queue_timed_out", 1L), (detail.Action.Phase, detail.Action.ErrorCode, detail.Action.ErrorKind));
        Assert.Equal([ActionPhase.Queued, ActionPhase.TimedOut], detail.Events.Select(e => e.Phase));
        Assert.Empty((await plane.LeaseAsync(1)).Assignments);
    }

    [Fact]
    public async Task Queued_WithRetries_WaitsAgainForAsLong()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { QueueTimeout = Limit }, retries: 1);

        await AdvanceAsync(plane, Limit + TimeSpan.FromSeconds(1));
        var second = await plane.ActionAsync("r");
        await AdvanceAsync(plane, Limit - TimeSpan.FromSeconds(1));
        var waiting = await plane.ActionAsync("r");
        await AdvanceAsync(plane, TimeSpan.FromSeconds(2));

        Assert.Equal((ActionPhase.Queued, 2L), (second.Phase, second.Attempt));
        Assert.Equal(ActionPhase.Queued, waiting.Phase);
        Assert.Equal(ActionPhase.TimedOut, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Queued_LeasedInTime_RunsOn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { QueueTimeout = Limit });
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));

        await AdvanceAsync(plane, Limit * 10);

        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Deadline_PassedWhileItWaits_EndsItWhateverRetriesAreLeft()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { Deadline = Limit, QueueTimeout = Limit * 0.6 }, retries: 5);

        await AdvanceAsync(plane, Limit * 0.7);
        var again = await plane.ActionAsync("r");
        await AdvanceAsync(plane, Limit * 0.4);

        Assert.Equal((ActionPhase.Queued, 2L), (again.Phase, again.Attempt));
        var ended = await plane.ActionAsync("r");
        Assert.Equal((ActionPhase.TimedOut, "deadline_passed", 2L), (ended.Phase, ended.ErrorCode, ended.Attempt));
    }

    [Fact]
    public async Task Deadline_PassedWhileItRuns_EndsTheAttemptAndWhatIsBelow()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { Deadline = Limit }, retries: 5);
        var running = (await plane.LeaseOneAsync()).Key;
        await plane.ReportAsync(plane.Event(1, running, ActionPhase.Running));
        await plane.AsClusterAsync(new EnqueueChild(running, "c1", "", ControlPlaneFixture.NewTask(), ""));

        await AdvanceAsync(plane, Limit);
        var early = await plane.ActionAsync("r");
        await AdvanceAsync(plane, TimeSpan.FromSeconds(1));

        Assert.Equal(ActionPhase.Running, early.Phase);
        Assert.Equal("deadline_passed", (await plane.ActionAsync("r")).ErrorCode);
        Assert.True((await plane.ActionAsync("r", "c1")).Phase.IsTerminal());
        Assert.Equal([running], (await plane.LeaseAsync(1)).End);
    }

    [Fact]
    public async Task Deadline_OverInTime_ChangesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunAsync(plane, new() { Deadline = Limit });
        await plane.ReportAsync(plane.Event(1, (await plane.LeaseOneAsync()).Key, ActionPhase.Succeeded));

        await AdvanceAsync(plane, Limit * 2);

        Assert.Equal(ActionPhase.Succeeded, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Running_ThatItsClusterDidNotEnd_TimesOutAndIsToEnd()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var running = await RunningAsync(plane);

        plane.Time.Advance(Limit + TimeSpan.FromMinutes(6));
        await plane.LeaseAsync(0);
        await plane.SweepTimeoutsAsync();

        var action = await plane.ActionAsync("r");
        Assert.Equal((ActionPhase.TimedOut, "timed_out"), (action.Phase, action.ErrorCode));
        Assert.Equal([running], (await plane.LeaseAsync(0)).End);
        var late = await plane.ReportAsync(plane.Event(2, running, ActionPhase.TimedOut, "timed_out", 1, true));
        Assert.Equal([running], late.Refused);
        var events = (await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"))).Events;
        Assert.Single(events, e => e.Phase == ActionPhase.TimedOut);
    }

    [Fact]
    public async Task Running_ReportedByItsClusterFirst_IsRecordedOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var running = await RunningAsync(plane);

        plane.Time.Advance(Limit + TimeSpan.FromMinutes(6));
        await plane.ReportAsync(plane.Event(2, running, ActionPhase.TimedOut, "timed_out", 1, true));
        await plane.SweepTimeoutsAsync();

        var events = (await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"))).Events;
        Assert.Single(events, e => e.Phase == ActionPhase.TimedOut);
    }

    // The cluster is seen at the wrong time too, so that only the clock itself tells.
    [Fact]
    public async Task Running_ClockSetForwardAndBack_GoesOn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunningAsync(plane);
        await plane.SweepTimeoutsAsync();

        foreach (var offset in new[] { Limit + TimeSpan.FromHours(1), TimeSpan.Zero })
        {
            plane.Clock.Offset = offset;
            plane.Time.Advance(TimeSpan.FromSeconds(5));
            await plane.LeaseAsync(0);
            await plane.SweepTimeoutsAsync();

            Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
        }
    }

    [Fact]
    public async Task Running_OnAClusterThatIsAway_StaysItsOwn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunningAsync(plane);

        await AdvanceAsync(plane, TimeSpan.FromDays(1));

        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
    }

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane)
    {
        await RunAsync(plane, new() { RunTimeout = Limit });
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static Task<ActionRow> RunAsync(ControlPlaneFixture plane, Limits limits, int retries = 0) =>
        plane.AsUserAsync(plane.NewRun("r") with
        {
            Task = ControlPlaneFixture.NewTask(retries) with
            {
                QueueTimeout = limits.QueueTimeout,
                RunTimeout = limits.RunTimeout,
                Deadline = limits.Deadline,
            },
        });

    private static Task AdvanceAsync(ControlPlaneFixture plane, TimeSpan by)
    {
        plane.Time.Advance(by);
        return plane.SweepTimeoutsAsync();
    }

    private sealed record Limits
    {
        public TimeSpan QueueTimeout { get; init; }

        public TimeSpan RunTimeout { get; init; }

        public TimeSpan Deadline { get; init; }
    }
}
