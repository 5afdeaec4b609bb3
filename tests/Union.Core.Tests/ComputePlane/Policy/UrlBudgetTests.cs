using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Policy;
using Union.Testing;

namespace Union.Core.Tests.ComputePlane.Policy;

public sealed class UrlBudgetTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Spend_AMinutesWorth_Passes_AndOneMoreIsToldWhenToComeBack()
    {
        var budget = Budget(60);

        budget.Spend("acme", "ann", 60);
        var thrown = Assert.Throws<UnionException>(() => budget.Spend("acme", "ann", 5));

        Assert.Equal((ErrorCode.ResourceExhausted, "link_budget_spent"), (thrown.Code, thrown.Reason));
        Assert.Equal(TimeSpan.FromSeconds(5), thrown.RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Throws<UnionException>(() => budget.Spend("acme", "ann", 5));
        _time.Advance(TimeSpan.FromSeconds(1));
        budget.Spend("acme", "ann", 5);
    }

    [Fact]
    public void Spend_ClockSetForwardAndBack_LeavesWhatWasLeft()
    {
        var clock = new SteppedClock(_time) { Offset = TimeSpan.FromHours(1) };
        var budget = new UrlBudget(new DataPolicy { UrlsPerMinute = 60 }, clock);
        budget.Spend("acme", "ann", 1);

        clock.Offset = TimeSpan.Zero;

        budget.Spend("acme", "ann", 59);
    }

    [Fact]
    public void Spend_IsCountedForEachPrincipalOfEachOrg()
    {
        var budget = Budget(1);

        budget.Spend("acme", "ann", 1);
        budget.Spend("acme", "bob", 1);
        budget.Spend("other", "ann", 1);

        Assert.Throws<UnionException>(() => budget.Spend("acme", "ann", 1));
    }

    [Fact]
    public void Spend_MoreThanAMinuteEverHas_IsNoMatterOfWaiting()
    {
        var thrown = Assert.Throws<UnionException>(() => Budget(10).Spend("acme", "ann", 11));

        Assert.Equal((ErrorCode.InvalidArgument, "link_batch_too_large"), (thrown.Code, thrown.Reason));
        Assert.Null(thrown.RetryAfter);
    }

    // Made-up names must neither fill the memory nor be a way around the budget.
    [Fact]
    public void Spend_ByMorePrincipalsThanAreKept_SharesOneBudget_UntilTheOthersAreQuiet()
    {
        var budget = Budget(1);
        for (var i = 0; i < 10_000; i++)
        {
            budget.Spend("acme", i.ToString(CultureInfo.InvariantCulture), 1);
        }

        budget.Spend("acme", "first too many", 1);
        Assert.Throws<UnionException>(() => budget.Spend("acme", "second too many", 1));

        _time.Advance(TimeSpan.FromMinutes(1));
        budget.Spend("acme", "second too many", 1);
        budget.Spend("acme", "third", 1);
    }

    private UrlBudget Budget(int perMinute) => new(new DataPolicy { UrlsPerMinute = perMinute }, _time);
}
