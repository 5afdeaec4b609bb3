using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ReportEventsTests
{
    [Fact]
    public async Task Report_FromStartToSuccess_EndsTheRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();

        var result = await plane.ReportAsync(
            plane.Event(1, work.Key, ActionPhase.Initializing), plane.Event(2, work.Key, ActionPhase.Running),
            plane.Event(3, work.Key, ActionPhase.Succeeded) with { OutputUri = "file:///data/out" });

        var action = await plane.ActionAsync("r");
        Assert.Equal((3, 0), (result.AckedSequence, result.Refused.Count));
        Assert.Equal((ActionPhase.Succeeded, "file:///data/out"), (action.Phase, action.OutputUri));
    }

    [Fact]
    public async Task Report_RepeatedBatch_ChangesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        var running = plane.Event(1, work.Key, ActionPhase.Running);
        await plane.ReportAsync(running);
        var before = await plane.ActionAsync("r");

        var repeated = await plane.ReportAsync(running);

        Assert.Equal(1, repeated.AckedSequence);
        Assert.Equal(before, await plane.ActionAsync("r"));
    }

    [Fact]
    public async Task Report_Gap_IsRefusedAndNothingOfTheBatchIsKept()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.ReportAsync(
            plane.Event(1, work.Key, ActionPhase.Running), plane.Event(3, work.Key, ActionPhase.Succeeded)));

        Assert.Equal(ErrorCode.OutOfRange, thrown.Code);
        Assert.Equal(ActionPhase.Queued, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Report_ParentAndChildInOneBatch_TheEndOfTheParentEndsTheChild()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var parent = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, parent.Key, ActionPhase.Running));
        await plane.AsClusterAsync(new EnqueueChild(parent.Key, "c1", "", ControlPlaneFixture.NewTask(), ""));
        var child = await plane.LeaseOneAsync();

        var result = await plane.ReportAsync(
            plane.Event(2, child.Key, ActionPhase.Running), plane.Event(3, parent.Key, ActionPhase.Succeeded),
            plane.Event(4, child.Key, ActionPhase.Initializing));

        Assert.Equal([child.Key], result.Refused);
        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r", "c1")).Phase);
        Assert.Equal([child.Key], (await plane.LeaseAsync(0)).End);
        var page = await plane.ActionsAsync("r");
        Assert.Equal(page.Count, page.Select(a => a.Change).Distinct().Count());
    }

    [Fact]
    public async Task Report_StaleFence_IsNotAccepted()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var stale = await plane.LeaseOneAsync();
        plane.Time.Advance(TimeSpan.FromSeconds(61));
        var current = await plane.LeaseOneAsync();

        var result = await plane.ReportAsync(plane.Event(1, stale.Key, ActionPhase.Succeeded));
        await plane.ReportAsync(plane.Event(2, current.Key, ActionPhase.Running));

        Assert.Equal([stale.Key], result.Refused);
        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Report_FromAnotherCluster_IsNotAccepted()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();

        await Assert.ThrowsAsync<UnionException>(() => plane.AsOtherClusterAsync(
            new Core.ControlPlane.Runs.ReportEvents(plane.Session, [plane.Event(1, work.Key, ActionPhase.Succeeded)])));

        Assert.Equal(ActionPhase.Queued, (await plane.ActionAsync("r")).Phase);
    }

    [Theory]
    [InlineData(true, 1, ActionPhase.Queued)]
    [InlineData(true, 0, ActionPhase.Failed)]
    [InlineData(false, 1, ActionPhase.Failed)]
    public async Task Report_Failure_IsTriedAgainWhereThatMayHelp(bool recoverable, int retries, ActionPhase expected)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r", retries);
        var work = await plane.LeaseOneAsync();

        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Failed, "exit_code", 1, recoverable));

        Assert.Equal(expected, (await plane.ActionAsync("r")).Phase);
    }

    [Fact]
    public async Task Report_LossesOfThePlatform_SpendNoRetryOfTheUser()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r", retries: 1);
        for (var i = 1; i <= 3; i++)
        {
            var lost = await plane.LeaseOneAsync();
            await plane.ReportAsync(plane.Event(i, lost.Key, ActionPhase.Failed, "lost", 2, true));
        }

        var failed = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(4, failed.Key, ActionPhase.Failed, "exit_code", 1, true));

        Assert.Equal((ActionPhase.Queued, 5L), ((await plane.ActionAsync("r")).Phase, (await plane.ActionAsync("r")).Attempt));
    }
}
