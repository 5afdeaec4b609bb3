using Union.Core.ControlPlane.Triggers;

namespace Union.Core.Tests.ControlPlane.Triggers;

public sealed class TriggerScheduleTests
{
    /// <summary>Clocks in Berlin go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.</summary>
    private const string Berlin = "Europe/Berlin";

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T00:00Z", "2026-03-28T01:30Z 2026-03-29T01:00Z 2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-24T00:00Z", "2026-10-24T00:30Z 2026-10-25T00:30Z 2026-10-26T01:30Z")]
    [InlineData("*/30 2 * * *", "2026-10-25T00:00Z", "2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z 2026-10-26T01:00Z")]
    [InlineData("0 9 * * *", "2026-03-28T12:00Z", "2026-03-29T07:00Z 2026-03-30T07:00Z")]
    [InlineData("@daily", "2026-03-28T12:00Z", "2026-03-28T23:00Z 2026-03-29T22:00Z")]
    public void Next_WhereClocksChange_IsDueWhenPeopleExpect(string cron, string from, string expected)
    {
        var schedule = ControlPlaneFixture.Cron(cron, Berlin);

        Assert.Equal(expected, Due(schedule, Parse(from).AddTicks(-1), expected.Split(' ').Length));
    }

    [Fact]
    public void Next_FixedRate_CountsFromItsStart()
    {
        var schedule = ControlPlaneFixture.Every(90, RateUnit.Minute, Parse("2026-01-01T10:00Z"));

        Assert.Equal("2026-01-01T10:00Z 2026-01-01T11:30Z 2026-01-01T13:00Z", Due(schedule, Parse("2025-12-31T00:00Z"), 3));
        Assert.Equal(Parse("2026-01-02T10:00Z"), schedule.Next(Parse("2026-01-02T09:59Z"), default));
    }

    [Fact]
    public void Next_FixedRateWithoutStart_BeginsOneIntervalAfterTheAnchor()
    {
        var schedule = ControlPlaneFixture.Every(1, RateUnit.Day);
        var anchor = Parse("2026-01-01T10:00Z");

        Assert.Equal(Parse("2026-01-02T10:00Z"), schedule.Next(anchor, anchor));
        Assert.Equal(Parse("2026-01-03T10:00Z"), schedule.Next(Parse("2026-01-02T10:00Z"), anchor));
    }

    [Fact]
    public void Next_NeverDueAgain_IsNull()
    {
        // The 30th of February.
        Assert.Null(ControlPlaneFixture.Cron("0 0 30 2 *").Next(Parse("2026-01-01T00:00Z"), default));
        Assert.Null(TriggerSchedule.None.Next(Parse("2026-01-01T00:00Z"), default));
    }

    [Theory]
    [InlineData("* * * * *", "2016-01-01T00:00Z", "2026-01-01T00:00:30Z", "2026-01-01T00:00Z")]
    [InlineData("0 0 1 1 *", "2016-01-01T00:00Z", "2026-06-01T00:00Z", "2026-01-01T00:00Z")]
    [InlineData("0 0 * * *", "2026-01-01T00:00Z", "2026-01-01T00:00Z", "2026-01-01T00:00Z")]
    public void Last_OverALongSpan_IsTheLastInIt(string cron, string first, string until, string expected)
    {
        var schedule = ControlPlaneFixture.Cron(cron);

        Assert.Equal(Parse(expected), schedule.Last(Parse(first), Parse(until), default));
    }

    private static string Due(TriggerSchedule schedule, DateTimeOffset after, int count)
    {
        var due = new List<string>();
        for (var i = 0; i < count; i++)
        {
            after = schedule.Next(after, default)!.Value;
            due.Add(after.ToString("yyyy-MM-ddTHH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture));
        }

        return string.Join(' ', due);
    }

    private static DateTimeOffset Parse(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
