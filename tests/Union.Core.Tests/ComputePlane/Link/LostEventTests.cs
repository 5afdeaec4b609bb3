using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.Tests.ControlPlane;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>Both planes on one moved clock: whatever gets lost between them is found within two minutes.</summary>
public sealed class LostEventTests
{
    private static readonly TimeSpan Found = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task ResultThatWasAcknowledgedAndDropped_IsFoundAndTriedAgain()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await using var cluster = await LinkedCluster.StartAsync(plane);
        await CreateRunAsync(plane);
        var first = await cluster.Executor.StartedAsync();
        cluster.Coordinator.Drop(WirePhase.Succeeded);

        cluster.Executor.Succeed(first);
        await cluster.Coordinator.DroppedAsync();
        var since = plane.Time.GetUtcNow();
        await cluster.AdvanceToReconciliationAsync();
        var second = await cluster.Executor.StartedAsync();
        cluster.Executor.Succeed(second);
        await cluster.Coordinator.CommittedAsync(WirePhase.Succeeded);

        Assert.True(plane.Time.GetUtcNow() - since <= Found);
        var detail = await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"));
        Assert.Equal((ActionPhase.Succeeded, 2L), (detail.Action.Phase, detail.Action.Attempt));
        Assert.Single(detail.Events, e => e.Phase == ActionPhase.Succeeded);
    }

    private static Task<ActionRow> CreateRunAsync(ControlPlaneFixture plane) => plane.AsUserAsync(
        plane.NewRun("r") with { Task = new("rain", "1", "rain", "raw-container", ReadOnlyMemory<byte>.Empty, "", 0) });
}
