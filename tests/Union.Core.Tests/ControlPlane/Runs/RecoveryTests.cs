using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class RecoveryTests
{
    private const string Outputs = "file:///data/old/c1/1/outputs.pb";
    private const string Copy = "file:///data/new/c1/1/outputs.pb";
    private static readonly string Digest = new('a', 64);

    [Fact]
    public async Task Enqueue_SucceededBefore_IsRecoveredWithItsOutputs()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        var parent = await RecoverAsync(plane);

        var found = await plane.AsClusterAsync(new FindRecoverable(parent, "c1", "rain", Digest));
        var child = await plane.AsClusterAsync(Child(parent, "c1") with { Recovered = new RecoveredOutputs(found, Copy) });

        Assert.Equal(Outputs, found);
        Assert.Equal((ActionPhase.Recovered, Copy, "old"), (child.Phase, child.OutputUri, child.RecoveredFrom));
        Assert.Empty((await plane.LeaseAsync(8)).Assignments);
        Assert.Equal(child, await plane.AsClusterAsync(Child(parent, "c1")));
    }

    [Fact]
    public async Task Find_FailedOrOtherInputsOrTaskOrForced_HasToRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        var parent = await RecoverAsync(plane, "c3");

        string[] found =
        [
            await plane.AsClusterAsync(new FindRecoverable(parent, "c2", "rain", Digest)),
            await plane.AsClusterAsync(new FindRecoverable(parent, "c1", "rain", new string('b', 64))),
            await plane.AsClusterAsync(new FindRecoverable(parent, "c1", "snow", Digest)),
            await plane.AsClusterAsync(new FindRecoverable(parent, "c3", "rain", Digest)),
            await plane.AsClusterAsync(new FindRecoverable(parent, "unknown", "rain", Digest)),
        ];

        Assert.All(found, Assert.Empty);
    }

    [Fact]
    public async Task Enqueue_RecoveredThatIsNotSo_Runs()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        var parent = await RecoverAsync(plane);

        var child = await plane.AsClusterAsync(Child(parent, "c2") with { Recovered = new RecoveredOutputs(Outputs, Copy) });

        Assert.Equal(ActionPhase.Queued, child.Phase);
    }

    [Fact]
    public async Task Enqueue_CopyInAForeignStore_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        var parent = await RecoverAsync(plane);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsClusterAsync(
            Child(parent, "c1") with { Recovered = new RecoveredOutputs(Outputs, "s3://elsewhere/outputs.pb") }));

        Assert.Equal("reference_foreign", thrown.Reason);
    }

    [Fact]
    public async Task Recover_TracesOfTheRun_AreThereBeforeItBegins()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        await RecoverAsync(plane);

        var trace = await plane.ActionAsync("new", "t1");

        Assert.Equal((ActionKind.Trace, ActionPhase.Recovered, "file:///data/t1.pb"), (trace.Kind, trace.Phase, trace.OutputUri));
    }

    [Fact]
    public async Task Recover_OfARecoveredRun_ReachesBackToTheFirst()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        var second = await RecoverAsync(plane);
        await plane.AsClusterAsync(Child(second, "c1") with { Recovered = new RecoveredOutputs(Outputs, Copy) });
        await plane.AsUserAsync(new AbortAction("default", "development", "new", "a0", ""));
        await plane.AsUserAsync(plane.NewRun("third") with { Recovers = "new" });
        var third = (await plane.LeaseOneAsync()).Key;

        var found = await plane.AsClusterAsync(new FindRecoverable(third, "c1", "rain", Digest));
        var child = await plane.AsClusterAsync(Child(third, "c1") with { Recovered = new RecoveredOutputs(found, Copy) });

        Assert.Equal((Copy, "old"), (found, child.RecoveredFrom));
    }

    [Fact]
    public async Task Recover_RunThatSucceededOrRunsOrIsUnknown_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("done");
        await plane.ReportAsync(plane.Event(1, (await plane.LeaseOneAsync()).Key, ActionPhase.Succeeded));
        await plane.CreateRunAsync("running");

        var reasons = new List<string>();
        foreach (var run in new[] { "done", "running", "unknown" })
        {
            var thrown = await Assert.ThrowsAsync<UnionException>(
                () => plane.AsUserAsync(plane.NewRun("new") with { Recovers = run }));
            reasons.Add(thrown.Reason);
        }

        Assert.Equal(["run_not_recoverable", "run_not_recoverable", "run_unknown"], reasons);
    }

    [Fact]
    public async Task Find_RunThatRecoversNothing_HasToRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await FailedRunAsync(plane);
        await plane.CreateRunAsync("plain");
        var parent = (await plane.LeaseOneAsync()).Key;

        Assert.Empty(await plane.AsClusterAsync(new FindRecoverable(parent, "c1", "rain", Digest)));
    }

    // Children c1 and c3 succeeded, c2 failed, a call was traced, and then the run failed.
    private static async Task FailedRunAsync(ControlPlaneFixture plane)
    {
        await plane.CreateRunAsync("old");
        var root = (await plane.LeaseOneAsync()).Key;
        await plane.ReportAsync(plane.Event(1, root, ActionPhase.Running));
        foreach (var name in new[] { "c1", "c2", "c3" })
        {
            await plane.AsClusterAsync(Child(root, name));
        }

        await plane.AsClusterAsync(new EnqueueChild(root, "t1", "", ControlPlaneFixture.NewTask(name: "call"), "")
        {
            Kind = ActionKind.Trace,
            Trace = new TracedCall(ActionPhase.Succeeded, plane.Time.GetUtcNow(), plane.Time.GetUtcNow(), "file:///data/t1.pb"),
        });
        var keys = (await plane.LeaseAsync(8)).Assignments.ToDictionary(a => a.Action.Name, a => a.Key);
        await plane.ReportAsync(
            plane.Event(2, keys["c1"], ActionPhase.Succeeded) with { OutputUri = Outputs },
            plane.Event(3, keys["c2"], ActionPhase.Failed, "exit_code", 1),
            plane.Event(4, keys["c3"], ActionPhase.Succeeded) with { OutputUri = Outputs },
            plane.Event(5, root, ActionPhase.Failed, "exit_code", 1));
    }

    private static async Task<AttemptKey> RecoverAsync(ControlPlaneFixture plane, params string[] again)
    {
        await plane.AsUserAsync(plane.NewRun("new") with { Recovers = "old", RerunActions = again });
        return (await plane.LeaseOneAsync()).Key;
    }

    private static EnqueueChild Child(AttemptKey parent, string name) =>
        new(parent, name, "", ControlPlaneFixture.NewTask(), "") { InputsDigest = Digest };
}
