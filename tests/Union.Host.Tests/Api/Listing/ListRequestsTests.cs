using Flyteidl2.Common;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Host.Api.Listing;
using WireFilter = Flyteidl2.Common.Filter;

namespace Union.Host.Tests.Api.Listing;

public sealed class ListRequestsTests
{
    private static readonly ProjectIdentifier Scope = new() { Name = "p", Domain = "d" };

    [Fact]
    public void Read_Nothing_IsTheDefaultPageInTheDefaultOrder()
    {
        var asked = ListRequests.Read(null, Scope, newestFirst: true);

        Assert.Equal((100, true, null), (asked.Query.Limit, asked.Query.NewestFirst, asked.Query.After));
        Assert.Empty(asked.Query.Filters);
    }

    [Fact]
    public void Read_WhatTheStockClientSendsForOnePhase_IsThatPhase()
    {
        var request = new ListRequest
        {
            Filters =
            {
                // An absent function is EQUAL; the text of one phase arrives as its characters.
                new WireFilter { Field = "phase", Values = { "1", "0" } },
                new WireFilter { Field = "phase", Values = { "4" }, Function = WireFilter.Types.Function.ValueIn },
            },
        };

        var filters = ListRequests.Read(request, Scope, newestFirst: true).Query.Filters;

        Assert.Equal((FilterFunction.Equal, "10"), (filters[0].Function, filters[0].Values.Single()));
        Assert.Equal((FilterFunction.ValueIn, "4"), (filters[1].Function, filters[1].Values.Single()));
    }

    [Fact]
    public void Read_TokenOfThisQuery_GoesOnWhereItStopped()
    {
        var token = ListRequests.Read(Request("a"), Scope, newestFirst: true).TokenOf(new Position(7, 3));

        var next = ListRequests.Read(Request("a", token), Scope, newestFirst: true);

        Assert.Equal(new Position(7, 3), next.Query.After);
        Assert.Equal("", next.TokenOf(null));
    }

    [Fact]
    public void Read_TokenOfAnotherQuery_IsRefused()
    {
        var token = ListRequests.Read(Request("a"), Scope, newestFirst: true).TokenOf(new Position(7, 3));
        var elsewhere = new ProjectIdentifier { Name = "p", Domain = "e" };

        foreach (var read in new System.Action[]
        {
            () => ListRequests.Read(Request("b", token), Scope, newestFirst: true),
            () => ListRequests.Read(Request("a", token), elsewhere, newestFirst: true),
            () => ListRequests.Read(Request("a", token), Scope, newestFirst: false),
            () => ListRequests.Read(Request("a", token + "0"), Scope, newestFirst: true),
            () => ListRequests.Read(Request("a", "100"), Scope, newestFirst: true),
        })
        {
            Assert.Equal("page_token_invalid", Assert.Throws<UnionException>(read).Reason);
        }
    }

    [Theory]
    [InlineData("duration", 0)]
    [InlineData("created_at", 99)]
    public void Read_OrderThatNoIndexGives_IsRefused(string key, int direction)
    {
        var request = new ListRequest { SortByFields = { new Sort { Key = key, Direction = (Sort.Types.Direction)direction } } };

        Assert.Equal("sort_invalid", Assert.Throws<UnionException>(
            () => ListRequests.Read(request, Scope, newestFirst: true)).Reason);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("eq(state, 0)", "Equal state 0")]
    [InlineData("eq(state,0)+value_in(name, a;b)", "Equal state 0|ValueIn name a,b")]
    [InlineData("gte(created_at, 2026-01-01T00:00:00+01:00)", "GreaterThanOrEqual created_at 2026-01-01T00:00:00+01:00")]
    public void TextFilters_WellFormed_AreRead(string text, string expected) => Assert.Equal(
        expected,
        string.Join('|', TextFilters.Read(text).Select(f => $"{f.Function} {f.Field} {string.Join(',', f.Values)}")));

    [Theory]
    [InlineData("eq(state, 0")]
    [InlineData("like(name, a)")]
    [InlineData("eq(state, 0)+")]
    [InlineData("eq(a, eq(b, c))")]
    [InlineData("1=1; drop table runs")]
    public void TextFilters_Malformed_AreRefused(string text) =>
        Assert.Equal("filter_invalid", Assert.Throws<UnionException>(() => TextFilters.Read(text).ToList()).Reason);

    private static ListRequest Request(string name, string token = "") => new()
    {
        Token = token,
        Filters = { new WireFilter { Field = "name", Values = { name } } },
    };
}
