using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Projects;

namespace Union.Core.Tests.ControlPlane.Projects;

public sealed class ProjectTests
{
    [Fact]
    public async Task CreateProject_NameTaken_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(New("rain"));

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(New("rain")));

        Assert.Equal(ErrorCode.AlreadyExists, thrown.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public async Task CreateProject_NameThatNoPathCouldHold_IsRefused(string name)
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(() => plane.AsUserAsync(New(name)));

        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
    }

    [Fact]
    public async Task UpdateProject_Archived_StartsNothingUntilItIsActiveAgain()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(New("rain"));
        await plane.CreateRunAsync("before");

        await plane.AsUserAsync(new UpdateProject("default", "", "", null, Archived: true));
        var run = await Assert.ThrowsAsync<UnionException>(() => plane.CreateRunAsync("during"));
        var task = await Assert.ThrowsAsync<UnionException>(() => plane.DeployAsync("rain"));
        Assert.Equal(("project_archived", "project_archived"), (run.Reason, task.Reason));
        Assert.Equal("before", Assert.Single(await plane.RunsAsync()).Run);
        await plane.AsUserAsync(new UpdateProject("default", "", "", null, Archived: false));

        Assert.Equal("after", (await plane.CreateRunAsync("after")).Run);
    }

    [Fact]
    public async Task UpdateProject_WhatIsLeftOut_StaysAsItWas()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.AsUserAsync(New("rain") with { Description = "of Seattle", Labels = new Dictionary<string, string> { ["a"] = "b" } });

        await plane.AsUserAsync(new UpdateProject("rain", "Rain", "", null, Archived: false));

        var project = await plane.AsUserAsync(new GetProject("rain"));
        Assert.Equal(("Rain", "of Seattle", "a=b"), (project.Title, project.Description, project.Labels));
    }

    [Fact]
    public async Task ListProjects_FilteredAndPaged_HasEachOnce()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        foreach (var name in new[] { "c", "a", "b" })
        {
            plane.Time.Advance(TimeSpan.FromSeconds(1));
            await plane.AsUserAsync(New(name));
        }

        await plane.AsUserAsync(new UpdateProject("b", "", "", null, Archived: true));
        var active = new Filter(FilterFunction.Equal, "state", ["0"]);
        var first = await plane.AsUserAsync(new ListProjects([active], ProjectOrder.Name, Descending: false, 2, 0));
        var second = await plane.AsUserAsync(new ListProjects([active], ProjectOrder.Name, Descending: false, 2, first.Next!.Value));
        var newest = await plane.AsUserAsync(new ListProjects([], ProjectOrder.CreatedAt, Descending: true, 10, 0));

        Assert.Equal(["a", "c", "default"], first.Rows.Concat(second.Rows).Select(p => p.Name));
        Assert.Null(second.Next);
        Assert.Equal(["b", "a", "c", "default"], newest.Rows.Select(p => p.Name));
    }

    [Fact]
    public async Task CreateProject_ByOneWhoMayOnlyRead_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(New("rain"), "", Verb.ProjectsRead));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }

    private static CreateProject New(string name) => new(name, "", "", new Dictionary<string, string>());
}
