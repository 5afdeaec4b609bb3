using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

/// <summary>What holds when callers come at the same time: on PostgreSQL they really do.</summary>
public sealed class ConcurrencyTests
{
    private const int Callers = 20;

    [Fact]
    public async Task CreateRun_SameRequestAtOnce_IsOneRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var answers = await AtOnceAsync(Callers, _ => plane.CreateRunAsync(requestId: "abc"));

        Assert.Single(answers.Select(a => a.Run).Distinct());
        Assert.Single(await plane.RunsAsync());
    }

    [Fact]
    public async Task CreateRun_SameNameAtOnce_IsOneRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var answers = await AtOnceAsync(Callers, _ => plane.CreateRunAsync("mine"));

        Assert.Single(answers.Select(a => a.Id).Distinct());
    }

    [Fact]
    public async Task Lease_AtOnce_HandsOutEachActionOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await AtOnceAsync(60, i => plane.CreateRunAsync($"r{i}"));

        var work = await AtOnceAsync(Callers, _ => plane.LeaseAsync(4));
        var rest = await plane.LeaseAsync(100);

        var handedOut = work.Append(rest).SelectMany(w => w.Assignments).Select(a => a.Action.Id).ToList();
        Assert.Equal(60, handedOut.Count);
        Assert.Equal(60, handedOut.Distinct().Count());
    }

    [Fact]
    public async Task Enqueue_SameChildAtOnce_IsOneChild()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);

        var answers = await AtOnceAsync(Callers, _ => plane.AsClusterAsync(Child(parent, "c1")));

        Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single((await plane.AsUserAsync(new GetAction("default", "development", "r", "c1"))).Events);
    }

    [Fact]
    public async Task Enqueue_ManyChildrenAtOnce_ChangesAreGaplessAndOrdered()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);
        var before = (await plane.ActionAsync("r")).Change;

        await AtOnceAsync(40, i => plane.AsClusterAsync(Child(parent, $"c{i}")));

        var page = await plane.ActionsAsync("r");
        var changes = page.Where(a => a.Name != "a0").Select(a => a.Change).Order();
        Assert.Equal(Enumerable.Range(1, 40).Select(i => before + i), changes);
    }

    [Fact]
    public async Task Report_SameBatchAtOnce_IsAppliedOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r");
        var work = await plane.LeaseOneAsync();
        AttemptEvent[] batch =
        [
            plane.Event(1, work.Key, ActionPhase.Initializing), plane.Event(2, work.Key, ActionPhase.Running),
            plane.Event(3, work.Key, ActionPhase.Succeeded),
        ];

        var results = await AtOnceAsync(Callers, _ => plane.ReportAsync(batch));

        Assert.All(results, r => Assert.Equal((3L, 0), (r.AckedSequence, r.Refused.Count)));
        var detail = await plane.AsUserAsync(new GetAction("default", "development", "r", "a0"));
        Assert.Equal(
            [ActionPhase.Queued, ActionPhase.Initializing, ActionPhase.Running, ActionPhase.Succeeded],
            detail.Events.Select(e => e.Phase));
    }

    [Fact]
    public async Task Abort_WhileLeased_LeavesNoAttemptThatNobodyEnds()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await AtOnceAsync(40, i => plane.CreateRunAsync($"r{i}"));

        var leases = AtOnceAsync(10, _ => plane.LeaseAsync(4));
        var aborts = AtOnceAsync(
            40, i => plane.AsUserAsync(new AbortAction("default", "development", $"r{i}", "a0", "enough")));
        await Task.WhenAll(leases, aborts);

        var leased = (await leases).SelectMany(w => w.Assignments).Select(a => a.Key.Uid).ToHashSet();
        var toEnd = (await plane.LeaseAsync(0)).End.Select(k => k.Uid);
        Assert.Equal(leased.Order(), toEnd.Order());
        Assert.Empty((await plane.LeaseAsync(100)).Assignments);
    }

    [Fact]
    public async Task Abort_WhileChildrenAreEnqueued_LeavesNoneAlive()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await RunningAsync(plane, "r", 1);

        var children = AtOnceAsync(30, async i =>
        {
            try
            {
                return (await plane.AsClusterAsync(Child(parent, $"c{i}"))).Name;
            }
            catch (UnionException e) when (e.Reason == "action_over")
            {
                return "";
            }
        });
        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));
        var made = (await children).Where(name => name.Length > 0).ToList();

        var page = await plane.ActionsAsync("r");
        Assert.Equal(made.Count + 1, page.Count);
        Assert.All(page, a => Assert.Equal(ActionPhase.Aborted, a.Phase));
    }

    private static async Task<AttemptKey> RunningAsync(ControlPlaneFixture plane, string run, long sequence)
    {
        await plane.CreateRunAsync(run);
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(sequence, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static EnqueueChild Child(AttemptKey parent, string name) =>
        new(parent, name, "group", ControlPlaneFixture.NewTask(), "");

    private static async Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> call)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await gate.Task;
            return await call(i);
        })).ToArray();
        gate.SetResult();
        return await Task.WhenAll(calls);
    }
}
