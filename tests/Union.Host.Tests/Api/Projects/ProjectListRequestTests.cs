using Flyteidl2.Common;
using Flyteidl2.Project;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Projects;
using Union.Host.Api.Projects;

namespace Union.Host.Tests.Api.Projects;

public sealed class ProjectListRequestTests
{
    [Fact]
    public void Read_WhatTheStockClientSends_IsItsActiveProjects()
    {
        var asked = ProjectListRequest.Read(new ListProjectsRequest
        {
            Limit = 100,
            Filters = "eq(state, 0)",
            SortBy = new Sort { Key = "created_at", Direction = Sort.Types.Direction.Ascending },
        });

        Assert.Equal((100, 0, ProjectOrder.CreatedAt, false), (asked.List.Limit, asked.List.Offset, asked.List.Order, asked.List.Descending));
        Assert.Equal(["0"], Assert.Single(asked.List.Filters).Values);
    }

    [Fact]
    public void Read_TokenOfAnotherQuery_IsRefused()
    {
        var token = ProjectListRequest.Read(new ListProjectsRequest()).TokenOf(new ProjectPage([], 7));

        Assert.Equal(7, ProjectListRequest.Read(new ListProjectsRequest { Token = token }).List.Offset);
        Assert.Equal("page_token_invalid", Assert.Throws<UnionException>(() => ProjectListRequest.Read(
            new ListProjectsRequest { Token = token, Filters = "eq(state, 1)" })).Reason);
    }

    [Fact]
    public void Read_AnOrderThatDoesNotExist_IsRefused() => Assert.Equal(
        "sort_invalid",
        Assert.Throws<UnionException>(() => ProjectListRequest.Read(
            new ListProjectsRequest { SortBy = new Sort { Key = "colour" } })).Reason);
}
