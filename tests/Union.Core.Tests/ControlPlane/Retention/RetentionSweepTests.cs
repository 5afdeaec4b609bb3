using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Caching;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Identity;
using Union.Core.ControlPlane.Retention;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Retention;

public sealed class RetentionSweepTests
{
    private static readonly RetentionOptions Options = new() { Pause = TimeSpan.Zero, Batch = 3 };

    private static IMeterFactory Meters { get; } =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    [Fact]
    public async Task Sweep_RunThatEndedLongAgo_IsForgottenWithAllOfIt()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await EndedRunAsync(plane, "old", children: 7);
        plane.Time.Advance(TimeSpan.FromDays(91));

        var pruned = await NewSweep(plane).SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal((1, 8), (pruned.Runs, pruned.Actions));
        Assert.Empty(await plane.RunsAsync());
        Assert.Equal(
            [0, 0, 0, 0, 0, 0],
            await CountAsync(plane, "runs", "actions", "attempts", "phase_events", "run_labels", "run_requests"));
    }

    [Fact]
    public async Task Sweep_RunThatGoesOnOrEndedLately_Stays()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("running");
        var late = (await plane.LeaseOneAsync()).Key;
        await plane.CreateRunAsync("waiting");
        plane.Time.Advance(TimeSpan.FromDays(100));
        await plane.ReportAsync(plane.Event(1, late, ActionPhase.Succeeded));
        plane.Time.Advance(TimeSpan.FromDays(89));

        var pruned = await NewSweep(plane).SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal(0, pruned.Runs);
        Assert.Equal(["running", "waiting"], (await plane.RunsAsync()).Select(r => r.Run).Order());
    }

    [Fact]
    public async Task Sweep_RunThatIsBeingRecovered_StaysUntilThatIsOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("old");
        await plane.ReportAsync(plane.Event(1, (await plane.LeaseOneAsync()).Key, ActionPhase.Failed, "exit_code", 1));
        await plane.AsUserAsync(plane.NewRun("new") with { Recovers = "old" });
        var work = (await plane.LeaseOneAsync()).Key;
        plane.Time.Advance(TimeSpan.FromDays(91));
        var sweep = NewSweep(plane);

        var during = await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);
        await plane.ReportAsync(plane.Event(2, work, ActionPhase.Succeeded));
        var after = await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal((0, 1), (during.Runs, after.Runs));
        Assert.Equal(["new"], (await plane.RunsAsync()).Select(r => r.Run));
    }

    [Fact]
    public async Task Sweep_UnprunableRunsInFront_DoNotHideThoseBehind()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await plane.CreateRunAsync($"waits{i}");
        }

        await plane.LeaseAsync(5);
        await EndedRunAsync(plane, "old", children: 0);
        plane.Time.Advance(TimeSpan.FromDays(91));

        Assert.Equal(1, (await NewSweep(plane).SweepOnceAsync(ControlPlaneFixture.Cancel)).Runs);
    }

    [Fact]
    public async Task Sweep_TaskSpecs_GoOnceNothingRefersToThem()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("deployed");
        await EndedRunAsync(plane, "old", children: 4);
        await plane.AsUserAsync(plane.NewRun("live") with { Task = ControlPlaneFixture.NewTask(name: "live") });
        await plane.LeaseOneAsync();
        plane.Time.Advance(TimeSpan.FromDays(91));
        var sweep = NewSweep(plane);

        await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);
        var names = await TaskNamesAsync(plane);
        await plane.CreateRunAsync("again");

        Assert.Equal(["deployed", "live"], names);
        Assert.Equal(["deployed", "live", "rain"], await TaskNamesAsync(plane));
    }

    [Fact]
    public async Task Sweep_RunsThatBeginWhileTheirSpecIsForgotten_AllBegin()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var sweep = NewSweep(plane);
        for (var round = 0; round < 20; round++)
        {
            var name = $"r{round}";
            await plane.AsUserAsync(plane.NewRun(name) with { Task = ControlPlaneFixture.NewTask(name: name) });
            await plane.ReportAsync(plane.Event(round + 1, (await plane.LeaseOneAsync()).Key, ActionPhase.Succeeded));
            plane.Time.Advance(TimeSpan.FromDays(91));

            var again = plane.AsUserAsync(
                plane.NewRun($"again{round}") with { Task = ControlPlaneFixture.NewTask(name: name) });
            await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);

            Assert.Equal(ActionPhase.Queued, (await again).Phase);
            await plane.AsUserAsync(new AbortAction("default", "development", $"again{round}", "a0", "seen"));
        }
    }

    [Fact]
    public async Task Sweep_IsMeasured_InRowsAndByTheOldestRun()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == Meters && instrument.Name.StartsWith("union.retention.", StringComparison.Ordinal))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => seen[$"{i.Name} {tags[0].Value}"] = value);
        listener.SetMeasurementEventCallback<double>((i, value, _, _) => seen[i.Name] = value);
        listener.Start();
        await EndedRunAsync(plane, "old", children: 2);
        plane.Time.Advance(TimeSpan.FromDays(50));
        await plane.CreateRunAsync("kept");
        plane.Time.Advance(TimeSpan.FromDays(45));

        await NewSweep(plane).SweepOnceAsync(ControlPlaneFixture.Cancel);
        listener.RecordObservableInstruments();

        Assert.Equal((1, 3), (seen["union.retention.removed run"], seen["union.retention.removed action"]));
        Assert.Equal(TimeSpan.FromDays(45).TotalSeconds, seen["union.retention.oldest"]);
    }

    [Fact]
    public async Task Sweep_AuditTokensResultsAndCalls_GoWhenTheirTimeIsOver()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(new CreateToken("short", TokenRole.Viewer, TimeSpan.FromDays(1)));
        await plane.AsUserAsync(new CreateToken("revoked", TokenRole.Viewer, TimeSpan.FromDays(3000)));
        await plane.AsUserAsync(new RevokeToken("revoked"));
        await plane.AsUserAsync(new CreateToken("long", TokenRole.Viewer, TimeSpan.FromDays(3000)));
        await plane.AsUserAsync(new CreateJoinToken("east", null));
        await plane.CreateRunAsync("cached", requestId: "r1");
        var work = (await plane.LeaseOneAsync()).Key;
        await plane.AsClusterAsync(new ClaimCached(work, new string('a', 64), "1", Serializable: true, Overwrite: false));
        await plane.ReportAsync(plane.Event(1, work, ActionPhase.Succeeded) with { OutputUri = "file:///data/outputs.pb" });
        plane.Time.Advance(TimeSpan.FromDays(401));

        var pruned = await NewSweep(plane).SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.True(pruned.Audit > 0);
        Assert.Equal(
            [0, 0, 1, 0, 0], await CountAsync(plane, "audit", "run_requests", "api_tokens", "join_tokens", "cache_entries"));
    }

    [Fact]
    public async Task Sweep_AnotherReplicasTurn_DeletesNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var (first, second) = (NewSweep(plane), NewSweep(plane));
        await EndedRunAsync(plane, "old", children: 0);
        plane.Time.Advance(Options.Runs - TimeSpan.FromMinutes(1));
        var early = await first.SweepOnceAsync(ControlPlaneFixture.Cancel);

        // Old enough by now, and the turn is still the first one's.
        plane.Time.Advance(Options.Interval / 2);
        var held = await second.SweepOnceAsync(ControlPlaneFixture.Cancel);
        plane.Time.Advance(Options.Interval);
        var free = await second.SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal(0, early.Runs);
        Assert.Equal((0, 1), (held.Runs, free.Runs));
    }

    [Fact]
    public async Task Sweep_ManyBatches_StopsAtItsBoundAndGoesOnNextTime()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await EndedRunAsync(plane, "old", children: 20);
        plane.Time.Advance(TimeSpan.FromDays(91));
        var sweep = NewSweep(plane, Options with { MaxBatches = 3 });

        var first = await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);
        var (total, passes) = (first, 1);
        while (total.Runs == 0 && passes++ < 50)
        {
            total += await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);
        }

        Assert.Equal((0, 21, 1), (first.Runs, total.Actions, total.Runs));
        Assert.True(passes > 2);
    }

    private static RetentionSweep NewSweep(ControlPlaneFixture plane, RetentionOptions? options = null) =>
        new(
            plane.Database, options ?? Options, new RetentionMeter(Meters, plane.Time), plane.Time,
            NullLogger<RetentionSweep>.Instance);

    private static async Task<IReadOnlyList<string>> TaskNamesAsync(ControlPlaneFixture plane)
    {
        const string sql = "select name from tasks where org = @org order by name";
        return await plane.Database.ReadAsync(
            "default", session => session.QueryAsync<string>(sql, new { org = "default" }), ControlPlaneFixture.Cancel);
    }

    private static async Task<AttemptKey> RootAsync(ControlPlaneFixture plane, string run)
    {
        await plane.AsUserAsync(plane.NewRun(run) with { Labels = new Dictionary<string, string> { ["team"] = "rain" } }, run);
        return (await plane.LeaseOneAsync()).Key;
    }

    // Sequences of events: one for the root's start, one for each child, one for the root's end.
    private static async Task EndedRunAsync(ControlPlaneFixture plane, string run, int children)
    {
        var root = await RootAsync(plane, run);
        await plane.ReportAsync(plane.Event(1, root, ActionPhase.Running));
        for (var i = 0; i < children; i++)
        {
            await plane.AsClusterAsync(new EnqueueChild(root, $"c{i}", "", ControlPlaneFixture.NewTask(), ""));
        }

        await plane.LeaseAsync(children);
        await plane.ReportAsync(plane.Event(2, root, ActionPhase.Succeeded));
    }

    private static async Task<IReadOnlyList<long>> CountAsync(ControlPlaneFixture plane, params string[] tables)
    {
        var counts = new List<long>();
        foreach (var table in tables)
        {
            counts.Add(await plane.Database.ReadAsync(
                "default", session => session.ScalarAsync($"select count(*) from {table} where org = 'default'", new { }),
                ControlPlaneFixture.Cancel));
        }

        return counts;
    }
}
