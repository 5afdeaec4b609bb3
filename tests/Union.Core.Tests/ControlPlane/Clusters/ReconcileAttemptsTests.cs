using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Clusters;

public sealed class ReconcileAttemptsTests
{
    private static readonly AttemptKey Stranger = new("01890000-0000-7000-8000-000000000000", 1);

    [Fact]
    public async Task Reconcile_HeldAndUnknown_IsToBeEndedAndTheRestStays()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var running = await RunningAsync(plane);

        var found = await ReconcileAsync(plane, 1, running, Stranger, Stranger);

        Assert.Equal([Stranger], found.End);
        Assert.Equal(0, found.Lost);
        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Reconcile_ConfirmedAndNotHeld_IsTriedAgainOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var lost = await RunningAsync(plane);

        var found = await ReconcileAsync(plane, 1);
        var again = await ReconcileAsync(plane, 1);

        Assert.Equal((1, 0), (found.Lost, again.Lost));
        var retried = await plane.LeaseOneAsync();
        Assert.Equal((lost.Fence + 1, 2L), (retried.Key.Fence, retried.Action.Attempt));
        var detail = await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"));
        Assert.Equal(
            [ActionPhase.Queued, ActionPhase.Running, ActionPhase.Queued], detail.Events.Select(e => e.Phase));
    }

    [Fact]
    public async Task Reconcile_LostTooOften_FailsTheAction()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        for (var sequence = 1; sequence <= 4; sequence++)
        {
            var work = await plane.LeaseOneAsync();
            await plane.ReportAsync(plane.Event(sequence, work.Key, ActionPhase.Running));
            await ReconcileAsync(plane, sequence);
        }

        var action = await plane.ActionAsync("r");
        Assert.Equal((ActionPhase.Failed, "lost", 2L), (action.Phase, action.ErrorCode, action.ErrorKind));
    }

    [Fact]
    public async Task Reconcile_LeasedAfterTheList_IsSpared()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var leased = await plane.LeaseOneAsync();

        var found = await ReconcileAsync(plane, 0);

        Assert.Equal(0, found.Lost);
        await plane.ReportAsync(plane.Event(1, leased.Key, ActionPhase.Succeeded));
        Assert.Equal(ActionPhase.Succeeded, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Reconcile_ListOlderThanACommittedEvent_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunningAsync(plane);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => ReconcileAsync(plane, 0));

        Assert.Equal("list_outdated", thrown.Reason);
        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Reconcile_EndedAndNotYetReported_IsRecordedByItsReport()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var ended = await RunningAsync(plane);

        // Event 2, the result, is written and on its way.
        await ReconcileAsync(plane, 2, ended);
        await plane.ReportAsync(plane.Event(2, ended, ActionPhase.Succeeded));
        var found = await ReconcileAsync(plane, 2);

        Assert.Equal((0, 0), (found.End.Count, found.Lost));
        var action = await plane.ActionAsync("r");
        Assert.Equal((ActionPhase.Succeeded, 1L), (action.Phase, action.Attempt));
    }

    [Fact]
    public async Task Reconcile_AbortedMeanwhile_IsNotTriedAgain()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunningAsync(plane);
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        await ReconcileAsync(plane, 1);

        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r")).Phase);
        Assert.Empty((await plane.LeaseAsync(1)).End);
    }

    [Fact]
    public async Task Reconcile_OldSessionOrOtherCluster_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await RunningAsync(plane);
        var request = new ReconcileAttempts(plane.Session, 1, []);

        var foreign = await Assert.ThrowsAsync<UnionException>(() => plane.AsOtherClusterAsync(request));
        await plane.HelloAsync(1);
        var old = await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(request));

        Assert.Equal(("session_ended", "session_ended"), (foreign.Reason, old.Reason));
    }

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane)
    {
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static Task<Reconciled> ReconcileAsync(ControlPlaneFixture plane, long lastEvent, params AttemptKey[] held) =>
        plane.AsClusterAsync(new ReconcileAttempts(plane.Session, lastEvent, held));
}
