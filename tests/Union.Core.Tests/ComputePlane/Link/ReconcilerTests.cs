using Flyteidl2.Common;
using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Core.Tests.ControlPlane;

namespace Union.Core.Tests.ComputePlane.Link;

public sealed class ReconcilerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WhoseFollowerBroke_IsTakenUpAgainAndItsResultKept()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        await using var cluster = LinkedCluster.Create(plane);
        cluster.Get<RunningAttempts>().Start(Assignment(), Cancel);
        var attempt = await cluster.Executor.StartedAsync();
        await cluster.Executor.FollowedAsync();
        cluster.Executor.BreakFollower(attempt);

        await cluster.PassAsync(RunningAttempts.Pause);
        await cluster.Executor.FollowedAsync();
        cluster.Executor.Succeed(attempt);
        await cluster.FreedAsync();

        Assert.Equal(
            [ActionPhase.Initializing, ActionPhase.Running, ActionPhase.Succeeded], (await PhasesAsync(cluster)).Distinct());
    }

    [Fact]
    public async Task Start_TaskOfTheirOwn_IsToldWhenItsRunWasDue()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        await using var cluster = LinkedCluster.Create(plane);
        var assignment = Assignment();
        assignment.RunStartTime = new DateTimeOffset(2026, 1, 31, 2, 0, 0, TimeSpan.Zero).ToTimestamp();

        cluster.Get<RunningAttempts>().Start(assignment, Cancel);
        cluster.Executor.Succeed(await cluster.Executor.StartedAsync());
        await cluster.FreedAsync();

        Assert.Equal("2026-01-31T02:00:00Z", cluster.Executor.Work?.Identity["UNION_RUN_START"]);
    }

    [Fact]
    public async Task Resume_AttemptThatIsOver_WritesNoSecondResult()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        await using var cluster = LinkedCluster.Create(plane);
        cluster.Get<RunningAttempts>().Start(Assignment(), Cancel);
        var attempt = await cluster.Executor.StartedAsync();
        cluster.Executor.Succeed(attempt);
        await cluster.FreedAsync();

        // As when the list was made just before the result was written.
        cluster.Get<RunningAttempts>().Resume(Assignment(), Cancel);
        await cluster.FreedAsync();

        Assert.Single(await PhasesAsync(cluster), ActionPhase.Succeeded);
    }

    [Fact]
    public async Task Start_AttemptThatTheJournalNoLongerHolds_IsEndedAndForgotten()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await using var cluster = LinkedCluster.Create(plane);
        var left = new AttemptKey("01890000-0000-7000-8000-000000000001", 1);
        cluster.Executor.Leave(left);

        await cluster.StartLinkAsync();

        Assert.Equal(left, await cluster.Executor.ForgottenAsync());
    }

    private static async Task<IEnumerable<ActionPhase>> PhasesAsync(LinkedCluster cluster) =>
        (await cluster.Get<AttemptJournal>().PendingAsync(0, 100, Cancel)).Select(e => e.Phase);

    private static Assignment Assignment() => new()
    {
        Ref = new AttemptRef { AttemptUid = "01890000-0000-7000-8000-000000000000", Fence = 1 },
        ActionId = new ActionIdentifier
        {
            Run = new RunIdentifier { Org = "default", Project = "default", Domain = "development", Name = "r" },
            Name = "a0",
        },
        Attempt = 1,
    };
}
