using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Link;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Tests.ControlPlane;
using ActionPhase = Union.Core.Boundary.ActionPhase;
using PlaneKey = Union.Core.ControlPlane.Clusters.AttemptKey;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Core.Tests.ComputePlane.Link;

/// <summary>A cluster with one place, and workflows that need more at the same time.</summary>
public sealed class NestedAttemptsTests
{
    [Fact]
    public async Task Parents_EachWaitingForTheNext_AllEnd()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await using var cluster = await StartAsync(plane, waiting: 4);
        await CreateRunAsync(plane);
        var (held, waits) = (new Stack<AttemptKey>(), new List<IDisposable>());

        held.Push(await cluster.Executor.StartedAsync());
        foreach (var child in (string[])["c1", "c2", "c3", "c4"])
        {
            await EnqueueAsync(plane, held.Peek(), child);
            waits.Add(Wait(cluster, held.Peek()));
            held.Push(await cluster.Executor.StartedAsync());
        }

        while (held.TryPop(out var attempt))
        {
            cluster.Executor.Succeed(attempt);
            await cluster.Coordinator.CommittedAsync(WirePhase.Succeeded);
        }

        Assert.Equal(5, (await plane.ActionsAsync("r")).Count(a => a.Phase == ActionPhase.Succeeded));
        waits.ForEach(wait => wait.Dispose());
    }

    [Fact]
    public async Task Child_ThatFindsNoPlaceBecauseAllWait_FailsWithItsReason()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await using var cluster = await StartAsync(plane, waiting: 1);
        await CreateRunAsync(plane);
        var root = await cluster.Executor.StartedAsync();
        await EnqueueAsync(plane, root, "c1");
        using var first = Wait(cluster, root);
        var child = await cluster.Executor.StartedAsync();

        await EnqueueAsync(plane, child, "c2");
        using var second = Wait(cluster, child);
        await cluster.Coordinator.CommittedAsync(WirePhase.Failed);

        var refused = await plane.ActionAsync("r", "c2");
        Assert.Equal((ActionPhase.Failed, "nesting_too_deep"), (refused.Phase, refused.ErrorCode));
        Assert.Equal(ActionPhase.Running, (await plane.ActionAsync("r", "c1")).Phase);
    }

    [Fact]
    public async Task Wait_SeveralCallsOfOneAttempt_LastsAsLongAsTheLast()
    {
        await using var plane = await ControlPlaneFixture.CreateAsync();
        await using var cluster = LinkedCluster.Create(plane);
        var (waiting, key) = (cluster.Get<WaitingAttempts>(), new AttemptKey("01890000-0000-7000-8000-000000000001", 1));
        var changes = 0;
        waiting.Changed += () => changes++;

        var (one, two) = (waiting.Open(key), waiting.Open(key));
        one.Set(true);
        two.Set(true);
        one.Set(true);
        one.Dispose();
        var between = waiting.Contains(key);
        two.Dispose();
        two.Dispose();

        Assert.Equal((true, false, 2), (between, waiting.Contains(key), changes));
    }

    private static Task<LinkedCluster> StartAsync(ControlPlaneFixture plane, int waiting) => LinkedCluster.StartAsync(
        plane, cluster => cluster.Executor.Capabilities = new ExecutorCapabilities("none", "rlimit", 1) { Waiting = waiting });

    private static WaitingAttempts.Wait Wait(LinkedCluster cluster, AttemptKey key)
    {
        var wait = cluster.Get<WaitingAttempts>().Open(key);
        wait.Set(true);
        return wait;
    }

    private static Task<ActionRow> EnqueueAsync(ControlPlaneFixture plane, AttemptKey parent, string name) => plane.AsClusterAsync(
        new EnqueueChild(new PlaneKey(parent.Uid, parent.Fence), name, "", Task(), ""));

    private static Task<ActionRow> CreateRunAsync(ControlPlaneFixture plane) =>
        plane.AsUserAsync(plane.NewRun("r") with { Task = Task() });

    private static NewTask Task() => new("rain", "1", "rain", "raw-container", ReadOnlyMemory<byte>.Empty, "", 0);
}
