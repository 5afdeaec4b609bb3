using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Storage;

namespace Union.Core.Tests.ControlPlane.Triggers;

public sealed class TriggerSweepTests
{
    private static readonly RunScope Fired = new("default", "development") { Trigger = new TriggerKey("rain", "t") };

    [Fact]
    public async Task Sweep_OnTime_StartsARunThatKnowsWhenItWasDue()
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("0 6 * * *"));
        using var sweep = plane.NewSweep();

        Assert.Equal(0, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        plane.Time.Advance(TimeSpan.FromHours(6) + TimeSpan.FromSeconds(1.5));
        Assert.Equal(1, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        Assert.Equal(0, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));

        var root = Assert.Single(await plane.RunsAsync(Fired));
        var run = (await plane.AsUserAsync(new GetAction("default", "development", root.Run, "a0"))).Run;
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 6, 0, 0, TimeSpan.Zero), run.StartTime.ToInstant());
        Assert.Equal((3, "alice", 1), (root.RunSource, root.CreatedBy, root.TriggerRevision));
        await plane.AsUserAsync(new DeleteTriggers([new TriggerName("default", "development", Fired.Trigger!)]));
        var schedule = await plane.AsUserAsync(
            new FindFiredSchedule("default", "development", Fired.Trigger!, root.TriggerRevision), verbs: Verb.RunsRead);
        Assert.Equal((ScheduleKind.Cron, "0 6 * * *"), (schedule?.Kind, schedule?.Cron));
        Assert.Null(await plane.AsUserAsync(new FindFiredSchedule("default", "development", Fired.Trigger!, 99)));
        Assert.Equal("rain", Assert.Single((await plane.LeaseAsync(1)).Assignments).Action.TaskName);
    }

    [Theory]
    [InlineData(CatchUp.Latest, "06:00")]
    [InlineData(CatchUp.All, "01:00 02:00 03:00 04:00 05:00 06:00")]
    [InlineData(CatchUp.Skip, "")]
    public async Task Sweep_AfterAnOutage_CatchesUpAsThePolicySays(CatchUp policy, string expected)
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("0 * * * *"));
        using var sweep = plane.NewSweep(new TriggerOptions { CatchUp = policy, MaxAtOnce = 4 });

        plane.Time.Advance(TimeSpan.FromMinutes((6 * 60) + 20));
        await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);
        await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal(expected, await DueTimesAsync(plane));
        plane.Time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(1, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
    }

    [Fact]
    public async Task Sweep_SeveralReplicas_FireEachInstantOnce()
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("* * * * *"));
        // PostgreSQL gives every transaction a connection of its own; on SQLite a second writer is a second opening.
        await using var second = TestDatabases.OnPostgres ? null : MetadataDatabase.Open(plane.DatabasePath);
        using var one = plane.NewSweep();
        using var other = plane.NewSweep(database: second);

        for (var minute = 0; minute < 10; minute++)
        {
            plane.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(
                () => (i % 2 == 0 ? one : other).SweepOnceAsync(ControlPlaneFixture.Cancel))));
        }

        var due = (await DueTimesAsync(plane)).Split(' ');
        Assert.Equal(10, due.Length);
        Assert.Equal(due.Distinct(), due);
    }

    [Fact]
    public async Task Sweep_Deactivated_DoesNotFireAndDoesNotCatchUp()
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("0 * * * *"));
        using var sweep = plane.NewSweep();
        var name = new TriggerName("default", "development", Fired.Trigger!);

        await plane.AsUserAsync(new UpdateTriggers([name], Active: false));
        plane.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(0, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        await plane.AsUserAsync(new UpdateTriggers([name], Active: true));
        Assert.Equal(0, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        plane.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        Assert.Equal("04:00", await DueTimesAsync(plane));
    }

    [Fact]
    public async Task Sweep_ProjectArchived_StartsNothingAndGoesOn()
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("0 * * * *"));
        using var sweep = plane.NewSweep();
        await SetStateAsync(plane, 1);

        plane.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        await SetStateAsync(plane, 0);
        plane.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await sweep.SweepOnceAsync(ControlPlaneFixture.Cancel));
        Assert.Equal("02:00", await DueTimesAsync(plane));
    }

    [Fact]
    public async Task Loop_TicksAndStops()
    {
        await using var plane = await StartAsync(ControlPlaneFixture.Cron("* * * * *"));
        using var sweep = plane.NewSweep();
        using var subscription = plane.Signals.Runs.Subscribe(RunSignals.AnyRun);

        await sweep.StartAsync(ControlPlaneFixture.Cancel);
        plane.Time.Advance(TimeSpan.FromMinutes(1));
        await subscription.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, ControlPlaneFixture.Cancel);
        await sweep.StopAsync(ControlPlaneFixture.Cancel);

        Assert.Single(await plane.RunsAsync(Fired));
    }

    private static async Task<ControlPlaneFixture> StartAsync(TriggerSchedule schedule)
    {
        var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1", ControlPlaneFixture.NewTrigger("t", schedule));
        return plane;
    }

    private static Task<int> SetStateAsync(ControlPlaneFixture plane, int state)
    {
        const string sql = "update projects set state = @state where org = 'default'";
        return plane.Database.WriteAsync("default", session => session.ExecuteAsync(sql, new { state }), ControlPlaneFixture.Cancel);
    }

    private static async Task<string> DueTimesAsync(ControlPlaneFixture plane)
    {
        var due = new List<DateTimeOffset>();
        foreach (var root in await plane.RunsAsync(Fired))
        {
            var detail = await plane.AsUserAsync(new GetAction("default", "development", root.Run, "a0"));
            due.Add(detail.Run.StartTime.ToInstant());
        }

        return string.Join(' ', due.Order().Select(d => d.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
