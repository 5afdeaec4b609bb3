using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class PhaseRulesTests
{
    // Rows: from; columns: to, both in the order of the contract's numbers 1 to 10. x: allowed.
    private static readonly string[] Table =
    [
        //            Q W I R S F A T P C
        /* queued  */ "xxxxxxxxxx",
        /* waiting */ "xxxxxxxx..",
        /* init    */ "x.xxxxxx..",
        /* running */ "x..xxxxx..",
        /* success */ "..........",
        /* failed  */ "..........",
        /* aborted */ "..........",
        /* timeout */ "..........",
        /* paused  */ "....xxxx..",
        /* recover */ "..........",
    ];

    [Fact]
    public void Allows_EveryPairOfPhases_IsTheTable()
    {
        var phases = Enum.GetValues<ActionPhase>().Where(p => p != ActionPhase.Unspecified).Order().ToList();

        var actual = phases.Select(from => string.Concat(phases.Select(to => PhaseRules.Allows(from, to) ? 'x' : '.')));

        Assert.Equal(Table, actual);
        Assert.All(phases, p => Assert.False(PhaseRules.Allows(ActionPhase.Unspecified, p) || PhaseRules.Allows(p, ActionPhase.Unspecified)));
    }

    [Theory]
    [InlineData(ActionPhase.Succeeded)]
    [InlineData(ActionPhase.Failed)]
    [InlineData(ActionPhase.Aborted)]
    [InlineData(ActionPhase.TimedOut)]
    public async Task ActionThatIsOver_WhateverComesLater_StaysAsItIs(ActionPhase over)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r", retries: 5);
        var key = (await plane.LeaseOneAsync()).Key;
        await plane.ReportAsync(plane.Event(1, key, ActionPhase.Running), plane.Event(2, key, over));
        var before = await EventsAsync(plane);

        await plane.ReportAsync(plane.Event(3, key, ActionPhase.Running), plane.Event(4, key, ActionPhase.Succeeded));
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));
        await plane.AsClusterAsync(new ReconcileAttempts(plane.Session, 4, []));
        plane.Time.Advance(TimeSpan.FromDays(1));
        await plane.SweepTimeoutsAsync();

        Assert.Equal(over, (await plane.ActionAsync("r")).Phase);
        Assert.Equal(before, await EventsAsync(plane));
        Assert.Empty((await plane.LeaseAsync(1)).Assignments);
    }

    [Fact]
    public async Task Report_EventOfTheCluster_KeepsItsTimeBesideOurs()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var key = (await plane.LeaseOneAsync()).Key;
        var there = plane.Time.GetUtcNow().AddMinutes(-3);

        await plane.ReportAsync(plane.Event(1, key, ActionPhase.Running) with { At = there });

        var running = (await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"))).Events[^1];
        Assert.Equal((ActionPhase.Running, Union.Core.Storage.Instants.ToMicros(there)), (running.Phase, running.At));
    }

    private static async Task<IReadOnlyList<PhaseEventRow>> EventsAsync(ControlPlaneFixture plane) =>
        (await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"))).Events;
}
