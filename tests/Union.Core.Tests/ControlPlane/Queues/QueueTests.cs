using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Projects;
using Union.Core.ControlPlane.Queues;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Queues;

public sealed class QueueTests
{
    [Fact]
    public async Task Lease_TwoProjects_TakesThemInTurn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(new CreateProject("other", "", "", new Dictionary<string, string>()));
        await CreateRunsAsync(plane, 20, "default");
        await CreateRunsAsync(plane, 5, "other");

        var leased = await LeaseAsync(plane, 10);

        Assert.Equal(5, leased.Count(a => a.Project == "other"));
    }

    [Fact]
    public async Task Lease_ProjectThatNeverStopsAdding_DoesNotKeepAnotherWaiting()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(new CreateProject("other", "", "", new Dictionary<string, string>()));
        await CreateRunsAsync(plane, 10, "default");
        await CreateRunsAsync(plane, 1, "other");

        var projects = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            await CreateRunsAsync(plane, 3, "default");
            projects.AddRange((await LeaseAsync(plane, 1)).Select(a => a.Project));
        }

        Assert.Contains("other", projects);
    }

    [Fact]
    public async Task Lease_QueuesOfDifferentWeight_ShareByItAndNoneStarves()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("high") with { Weight = 20 });
        await plane.AsUserAsync(Set("low") with { Weight = 2 });
        await CreateRunsAsync(plane, 30, "default", "high");
        await CreateRunsAsync(plane, 30, "default", "low");

        var queues = new List<string>();
        for (var i = 0; i < 22; i++)
        {
            queues.AddRange((await LeaseAsync(plane, 1)).Select(a => a.Queue));
        }

        Assert.Equal((20, 2), (queues.Count(q => q == "high"), queues.Count(q => q == "low")));
    }

    [Fact]
    public async Task Lease_OneQueueEmpty_GivesAllPlacesToTheOther()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("high") with { Weight = 100 });
        await CreateRunsAsync(plane, 10, "default");

        Assert.Equal(8, (await LeaseAsync(plane, 8)).Count);
    }

    [Fact]
    public async Task Lease_LimitOnActions_IsKeptByLeasesAtOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("default") with { MaxActions = 5 });
        await CreateRunsAsync(plane, 30, "default");

        var leased = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => LeaseAsync(plane, 3))));

        Assert.Equal(5, leased.Sum(l => l.Count));
        Assert.Empty(await LeaseAsync(plane, 10));
    }

    [Fact]
    public async Task Lease_LimitOnActions_DoesNotCountParentsThatWait()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("default") with { MaxActions = 1 });
        var parent = await BeginAsync(plane, "r", 1);
        await plane.AsClusterAsync(Child(parent, "c1"));
        await plane.AsClusterAsync(Child(parent, "c2"));

        var first = Assert.Single(await LeaseAsync(plane, 5));
        Assert.Empty(await LeaseAsync(plane, 5));

        Assert.Equal("c1", first.Name);
    }

    [Fact]
    public async Task Child_NamesAQueue_WaitsInThatOne()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("narrow") with { MaxActions = 1 });
        var parent = await BeginAsync(plane, "r", 1);
        await plane.AsClusterAsync(Child(parent, "c1") with { Queue = "narrow" });
        await plane.AsClusterAsync(Child(parent, "c2") with { Queue = "narrow" });
        await plane.AsClusterAsync(Child(parent, "c3"));

        var leased = await LeaseAsync(plane, 5);

        Assert.Equal([("c1", "narrow"), ("c3", "default")], leased.Select(a => (a.Name, a.Queue)).Order());
        var unknown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsClusterAsync(Child(parent, "c4") with { Queue = "nobody-made" }));
        Assert.Equal("queue_unknown", unknown.Reason);
    }

    [Fact]
    public async Task Lease_LimitOnRuns_BeginsTheNextWhenOneIsOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("default") with { MaxRuns = 1 });
        await CreateRunsAsync(plane, 3, "default");

        var work = (await plane.LeaseAsync(5)).Assignments;
        var key = Assert.Single(work).Key;
        await plane.ReportAsync(plane.Event(1, key, ActionPhase.Running));
        await plane.AsClusterAsync(Child(key, "c1"));
        var child = (await plane.LeaseAsync(5)).Assignments;
        await plane.ReportAsync(
            plane.Event(2, Assert.Single(child).Key, ActionPhase.Succeeded), plane.Event(3, key, ActionPhase.Succeeded));
        var next = await LeaseAsync(plane, 5);

        Assert.Equal("c1", child[0].Action.Name);
        Assert.Equal(("a0", false), (Assert.Single(next).Name, next[0].Run == work[0].Action.Run));
    }

    [Fact]
    public async Task SetQueue_LimitTakenAway_LetsAllBegin()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("default") with { MaxRuns = 1 });
        await CreateRunsAsync(plane, 4, "default");

        await plane.AsUserAsync(Set("default") with { MaxRuns = 0 });

        Assert.Equal(4, (await LeaseAsync(plane, 10)).Count);
    }

    [Fact]
    public async Task CreateRun_QueueFull_IsRefusedAndChildrenAreNot()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("default") with { MaxWaiting = 2 });
        var parent = await BeginAsync(plane, "r", 1);
        await CreateRunsAsync(plane, 2, "default");

        var thrown = await Assert.ThrowsAsync<UnionException>(() => CreateRunsAsync(plane, 1, "default"));
        for (var i = 0; i < 5; i++)
        {
            await plane.AsClusterAsync(Child(parent, $"c{i}"));
        }

        Assert.Equal((ErrorCode.ResourceExhausted, "queue_full"), (thrown.Code, thrown.Reason));
        Assert.Equal(7, (await LeaseAsync(plane, 10)).Count);
    }

    [Fact]
    public async Task CreateRun_UnknownQueue_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => CreateRunsAsync(plane, 1, "default", "nightly"));

        Assert.Equal("queue_unknown", thrown.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drain_OfQueueOrCluster_BeginsNoRunAndEndsThoseThatHaveBegun(bool ofCluster)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await BeginAsync(plane, "r", 1);
        await CreateRunsAsync(plane, 2, "default");

        await SetDrainAsync(plane, ofCluster, Drain.Draining);
        await CreateRunsAsync(plane, 2, "default");
        await plane.AsClusterAsync(Child(parent, "c1"));
        var drained = await LeaseAsync(plane, 10);
        await SetDrainAsync(plane, ofCluster, Drain.Open);
        var resumed = await LeaseAsync(plane, 10);

        Assert.Equal("c1", Assert.Single(drained).Name);
        Assert.Equal(4, resumed.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_OfQueueOrCluster_HandsOutNothing(bool ofCluster)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var parent = await BeginAsync(plane, "r", 1);
        await plane.AsClusterAsync(Child(parent, "c1"));

        await SetDrainAsync(plane, ofCluster, Drain.Stopped);
        var stopped = await LeaseAsync(plane, 10);
        await plane.ReportAsync(plane.Event(2, parent, ActionPhase.Running));
        await SetDrainAsync(plane, ofCluster, Drain.Open);

        Assert.Empty(stopped);
        Assert.Equal("c1", Assert.Single(await LeaseAsync(plane, 10)).Name);
    }

    [Fact]
    public async Task Drain_RunThatWasHeld_CanBeAborted()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await SetDrainAsync(plane, false, Drain.Draining);
        await plane.CreateRunAsync("r");

        await plane.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));
        await SetDrainAsync(plane, false, Drain.Open);

        Assert.Equal(ActionPhase.Aborted, (await plane.ActionAsync("r")).Phase);
        Assert.Empty(await LeaseAsync(plane, 10));
    }

    [Fact]
    public async Task SetQueue_WithoutTheVerb_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var set = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(Set("default"), verbs: Verb.ClustersRead));
        var drain = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(new DrainCluster("local", Drain.Stopped), verbs: Verb.RunsCreate));

        Assert.All([set, drain], e => Assert.Equal(ErrorCode.PermissionDenied, e.Code));
    }

    [Fact]
    public async Task ListQueues_ShowsWhatWaitsAndRuns()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("nightly") with { MaxRuns = 1 });
        await CreateRunsAsync(plane, 3, "default");
        await LeaseAsync(plane, 1);
        await CreateRunsAsync(plane, 2, "default", "nightly");

        var listed = await plane.AsUserAsync(new ListQueues(""));

        Assert.Equal(
            [("default", 2L, 1L), ("nightly", 2L, 0L)], listed.Queues.Select(q => (q.Row.Name, q.Waiting, q.Running)));
    }

    [Fact]
    public async Task ListClusters_RunsThatMayNotBegin_CountAsQueued()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(Set("nightly") with { MaxRuns = 1 });
        await CreateRunsAsync(plane, 3, "default", "nightly");
        await CreateRunsAsync(plane, 2, "default");
        await LeaseAsync(plane, 1);

        var cluster = Assert.Single(await plane.AsUserAsync(new ListClusters()));

        Assert.Equal((1, 4), (cluster.Running, cluster.Queued));
    }

    private static SetQueueRules Set(string name) => new("", name, null, null, null, null, null);

    private static Task SetDrainAsync(ControlPlaneFixture plane, bool ofCluster, Drain drain) => ofCluster
        ? plane.AsUserAsync(new DrainCluster("local", drain))
        : plane.AsUserAsync(Set("default") with { Drain = drain });

    private static async Task<AttemptKey> BeginAsync(ControlPlaneFixture plane, string run, long sequence)
    {
        await plane.CreateRunAsync(run);
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(sequence, work.Key, ActionPhase.Running));
        return work.Key;
    }

    private static async Task CreateRunsAsync(ControlPlaneFixture plane, int count, string project, string queue = "")
    {
        for (var i = 0; i < count; i++)
        {
            await plane.AsUserAsync(plane.NewRun() with { Project = project, Queue = queue });
        }
    }

    private static async Task<IReadOnlyList<ActionRow>> LeaseAsync(ControlPlaneFixture plane, int free) =>
        [.. (await plane.LeaseAsync(free)).Assignments.Select(a => a.Action)];

    private static EnqueueChild Child(AttemptKey parent, string name) =>
        new(parent, name, "group", ControlPlaneFixture.NewTask(), "");
}
