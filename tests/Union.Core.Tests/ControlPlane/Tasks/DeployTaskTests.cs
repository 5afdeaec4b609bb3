using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;

namespace Union.Core.Tests.ControlPlane.Tasks;

public sealed class DeployTaskTests
{
    [Fact]
    public async Task DeployTask_SameVersionAgain_Exists()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.DeployAsync("rain", "v1"));

        Assert.Equal(ErrorCode.AlreadyExists, thrown.Code);
    }

    [Fact]
    public async Task GetTask_WithoutVersion_IsTheNewest()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.DeployAsync("rain", "v1");
        plane.Time.Advance(TimeSpan.FromSeconds(1));
        await plane.DeployAsync("rain", "v0");

        var newest = await plane.AsUserAsync(new GetTask("default", "development", "rain", ""));
        var named = await plane.AsUserAsync(new GetTask("default", "development", "rain", "v1"));
        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(new GetTask("default", "development", "rain", "v9")));

        Assert.Equal(("v0", "v1"), (newest.Task.Version, named.Task.Version));
        Assert.Equal(ErrorCode.NotFound, thrown.Code);
    }

    [Fact]
    public async Task ListTasks_SeveralVersions_ShowsTheNewestOfEachName()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        foreach (var (name, version) in new[] { ("rain", "v1"), ("snow", "v1"), ("rain", "v2") })
        {
            await plane.DeployAsync(name, version);
            plane.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var tasks = await plane.AsUserAsync(new ListTasks("default", "development", ListQuery.First(10)));
        var ofOrg = await plane.AsUserAsync(new ListTasks(null, null, ListQuery.First(10) with { NewestFirst = false }));
        var byName = await plane.AsUserAsync(new ListTasks("default", "development", ListQuery.First(1) with
        {
            Filters = [new Filter(FilterFunction.Equal, "name", ["snow"])],
        }));
        var versions = await plane.AsUserAsync(new ListTaskVersions("default", "development", "rain", ListQuery.First(10)));

        Assert.Equal([("rain", "v2"), ("snow", "v1")], tasks.Rows.Select(t => (t.Task.Name, t.Task.Version)));
        Assert.Equal(["snow", "rain"], ofOrg.Rows.Select(t => t.Task.Name));
        Assert.Equal("snow", Assert.Single(byName.Rows).Task.Name);
        Assert.Equal(["v2", "v1"], versions.Rows.Select(t => t.Version));
    }

    [Fact]
    public async Task DeployTask_WithTriggers_ReplacesThoseOfTheTask()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var daily = ControlPlaneFixture.Cron("@daily");
        await plane.DeployAsync(
            "rain", "v1", ControlPlaneFixture.NewTrigger("old", daily), ControlPlaneFixture.NewTrigger("kept", daily));

        await plane.DeployAsync(
            "rain", "v2", ControlPlaneFixture.NewTrigger("kept", daily), ControlPlaneFixture.NewTrigger("new", daily, active: false));

        var triggers = await plane.AsUserAsync(new ListTriggers("default", "development", "rain", null, ListQuery.First(10)));
        Assert.Equal(["kept", "new"], triggers.Rows.Select(t => t.Trigger.Name).Order());
        Assert.All(triggers.Rows, t => Assert.Equal("v2", t.Revision.TaskVersion));
        var task = Assert.Single((await plane.AsUserAsync(new ListTasks("default", "development", ListQuery.First(10)))).Rows);
        Assert.Equal([("kept", 1), ("new", 0)], task.Triggers.Select(t => (t.Name, (int)t.Active)));
    }

    [Fact]
    public async Task DeployTask_OneTriggerIsWrong_KeepsNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.DeployAsync("rain", "v1", ControlPlaneFixture.NewTrigger("t", ControlPlaneFixture.Cron("61 * * * *"))));

        Assert.Contains("five fields", thrown.Message, StringComparison.Ordinal);
        Assert.Empty((await plane.AsUserAsync(new ListTasks("default", "development", ListQuery.First(10)))).Rows);
    }

    [Fact]
    public async Task DeployTask_BundleOutsideTheClustersStore_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var request = new DeployTask(
            "default", "development", ControlPlaneFixture.NewTask(), plane.Cluster.ClusterId, ["s3://elsewhere/x"], []);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(request));

        Assert.Equal("reference_foreign", thrown.Reason);
    }

    [Fact]
    public async Task DeployTask_ByOneWhoMayOnlyRead_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var request = new DeployTask(
            "default", "development", ControlPlaneFixture.NewTask(), plane.Cluster.ClusterId, [], []);

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(request, "", Verb.TasksRead));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }
}
