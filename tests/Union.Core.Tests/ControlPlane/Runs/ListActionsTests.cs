using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ListActionsTests
{
    [Fact]
    public async Task ListActions_ByParentAndGroup_FindsThose()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var work = await plane.LeaseOneAsync();
        await plane.ReportAsync(plane.Event(1, work.Key, ActionPhase.Running));
        foreach (var (name, group) in new[] { ("c1", "years"), ("c2", "years"), ("c3", "") })
        {
            await plane.AsClusterAsync(new EnqueueChild(work.Key, name, group, ControlPlaneFixture.NewTask(0, name), ""));
        }

        var children = await ListAsync(plane, newestFirst: false, new Filter(FilterFunction.Equal, "parent_name", ["a0"]));
        var years = await ListAsync(plane, newestFirst: true, new Filter(FilterFunction.Equal, "group", ["years"]));
        var roots = await ListAsync(plane, newestFirst: false, new Filter(FilterFunction.NotExists, "parent_name", []));

        Assert.Equal(["c1", "c2", "c3"], children);
        Assert.Equal(["c2", "c1"], years);
        Assert.Equal(["a0"], roots);
    }

    private static async Task<IEnumerable<string>> ListAsync(
        ControlPlaneFixture plane, bool newestFirst, params Filter[] filters) =>
        (await plane.AsUserAsync(new ListActions(
            "default", "development", "r1", new ListQuery(10, filters, newestFirst, null)))).Rows.Select(a => a.Name);
}
