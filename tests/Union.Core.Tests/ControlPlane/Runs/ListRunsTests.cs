using Dapper;
using Microsoft.Data.Sqlite;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ListRunsTests
{
    private static readonly RunScope Scope = new("default", "development");

    [Fact]
    public async Task ListRuns_BothOrders_AreEachOthersReverse()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await CreateAsync(plane, 5);

        var newest = await PagesAsync(plane, newestFirst: true);
        var oldest = await PagesAsync(plane, newestFirst: false);

        Assert.Equal(["r4", "r3", "r2", "r1", "r0"], newest);
        Assert.Equal(newest.Reverse(), oldest);
    }

    [Fact]
    public async Task ListRuns_PausedOnly_FindsRunsThatWaitBelowTheirRoot()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await CreateAsync(plane, 3);
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        await plane.AsClusterAsync(new EnqueueChild(
            work.Key, "c1", "", new NewTask("approve", "Boolean", "approve", "condition", new byte[] { 2 }, "", 0), "")
        {
            Kind = ActionKind.Condition,
        });

        var found = new List<string>();
        foreach (var scope in new[] { Scope, new RunScope() })
        {
            foreach (var newestFirst in new[] { true, false })
            {
                found.AddRange((await plane.AsUserAsync(new ListRuns(
                    scope with { PausedOnly = true }, ListQuery.First(10) with { NewestFirst = newestFirst }))).Rows.Select(r => r.Run));
            }
        }

        Assert.Equal(Enumerable.Repeat(work.Action.Run, 4), found);
        await plane.AsClusterAsync(new SignalAction(
            "default", "development", work.Action.Run, "c1", "Boolean", new string('a', 64), "ann"));
        Assert.Empty(await plane.RunsAsync(Scope with { PausedOnly = true }));
    }

    [Fact]
    public async Task ListRuns_RunsAddedBetweenPages_RepeatNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await CreateAsync(plane, 4);
        var first = await plane.AsUserAsync(new ListRuns(Scope, ListQuery.First(2)));

        await plane.CreateRunAsync("later");
        var second = await plane.AsUserAsync(new ListRuns(Scope, ListQuery.First(2) with { After = first.Next }));

        Assert.Equal(["r3", "r2", "r1", "r0"], first.Rows.Concat(second.Rows).Select(r => r.Run));
    }

    [Fact]
    public async Task ListRuns_ByPhaseAndTask_FindsThose()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await CreateAsync(plane, 3);
        await plane.AsUserAsync(plane.NewRun("other") with { Task = ControlPlaneFixture.NewTask(0, "snow") });
        await plane.AsUserAsync(new AbortAction("default", "development", "r1", "a0", ""));

        var aborted = await plane.RunsAsync(null, new Filter(FilterFunction.ValueIn, "phase", ["7"]));
        var snow = await plane.RunsAsync(null, new Filter(FilterFunction.Equal, "task_name", ["snow"]));
        var scoped = await plane.RunsAsync(Scope with { TaskName = "snow", TaskVersion = "2" });

        Assert.Equal("r1", Assert.Single(aborted).Run);
        Assert.Equal("other", Assert.Single(snow).Run);
        Assert.Empty(scoped);
    }

    [Fact]
    public async Task ListRuns_ByLabels_FindsThoseThatHaveAll()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(plane.NewRun("both") with { Labels = Labels(("team", "a"), ("tier", "gold")) });
        await plane.AsUserAsync(plane.NewRun("one") with { Labels = Labels(("team", "a")) });
        await plane.AsUserAsync(plane.NewRun("other") with { Labels = Labels(("team", "b"), ("tier", "gold")) });
        var team = new Filter(FilterFunction.Equal, "labels.team", ["a"]);
        var tier = new Filter(FilterFunction.Equal, "labels.tier", ["gold"]);

        Assert.Equal(["one", "both"], (await plane.RunsAsync(null, team)).Select(r => r.Run));
        Assert.Equal("both", Assert.Single(await plane.RunsAsync(null, tier, team)).Run);
        // Without a project there is no index to begin with, and the answer is the same.
        Assert.Equal("both", Assert.Single(await plane.RunsAsync(new RunScope(), tier, team)).Run);
    }

    [Fact]
    public async Task CreateRun_LabelsThatNoListCouldKeep_AreRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        foreach (var labels in new[] { Labels(("a=b", "c")), Labels(("a", "b\nc")), Labels(("", "b")) })
        {
            var thrown = await Assert.ThrowsAsync<UnionException>(
                () => plane.AsUserAsync(plane.NewRun() with { Labels = labels }));
            Assert.Contains("labels", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("r.org = 'o' and r.project = 'p' and r.domain = 'd' and r.id > 0 and (r.created_at, r.id) < (9, 9) order by r.created_at desc, r.id desc", "runs_by_age")]
    [InlineData("r.org = 'o' and r.created_at > 0 and (r.created_at, r.id) < (9, 9) order by r.created_at desc, r.id desc", "runs_of_org")]
    [InlineData("r.org = 'o' and r.task_name = 't' and r.task_name <> '' and r.project = 'p' and r.domain = 'd' and (r.created_at, r.id) < (9, 9) order by r.created_at desc, r.id desc", "runs_of_task")]
    [InlineData("r.org = 'o' and r.trigger_task = 't' and r.trigger_name = 'n' and r.trigger_name <> '' and r.project = 'p' and r.domain = 'd' and (r.created_at, r.id) > (9, 9) order by r.created_at, r.id", "runs_of_trigger")]
    public async Task EveryScope_ReadsItsRowsInOrderFromAnIndex(string condition, string index)
    {
        Assert.SkipWhen(TestDatabases.OnPostgres, "PostgreSQL plans by its statistics, and there are none of an empty table.");
        await using var plane = await ControlPlaneFixture.StartAsync();
        await using var connection = new SqliteConnection($"Data Source={plane.DatabasePath}");

        var plan = string.Join('\n', (await connection.QueryAsync<Step>(
            $"explain query plan {ActionStore.Columns} where a.org = r.org and a.name = 'a0' and {condition} limit 10")).Select(s => s.Detail));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToDictionary(l => l.Key, l => l.Value);

    private static async Task CreateAsync(ControlPlaneFixture plane, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await plane.CreateRunAsync($"r{i}");
            // Some share an instant: their ids then tell them apart.
            plane.Time.Advance(TimeSpan.FromSeconds(i % 2));
        }
    }

    private static async Task<IReadOnlyList<string>> PagesAsync(ControlPlaneFixture plane, bool newestFirst)
    {
        var names = new List<string>();
        var query = new ListQuery(2, [], newestFirst, null);
        do
        {
            var page = await plane.AsUserAsync(new ListRuns(Scope, query));
            names.AddRange(page.Rows.Select(r => r.Run));
            query = query with { After = page.Next };
        }
        while (query.After is not null);

        return names;
    }

    private sealed class Step
    {
        public string Detail { get; set; } = "";
    }
}
