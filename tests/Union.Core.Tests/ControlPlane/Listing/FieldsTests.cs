using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;

namespace Union.Core.Tests.ControlPlane.Listing;

public sealed class FieldsTests
{
    private static readonly Row Sample = new("monthly-rain", 4, 1_000_000, "team=weather\ntier=gold");

    private static readonly Fields<Row> Fields = new Fields<Row>()
        .Text("name", row => row.Name)
        .Text("group", _ => null)
        .Number("phase", row => row.Phase)
        .Instant("created_at", row => row.At)
        .Labels(row => row.Labels);

    [Theory]
    [InlineData(FilterFunction.Equal, "name", "monthly-rain", true)]
    [InlineData(FilterFunction.Equal, "name", "rain", false)]
    [InlineData(FilterFunction.NotEqual, "name", "rain", true)]
    [InlineData(FilterFunction.NotEqual, "group", "x", true)]
    [InlineData(FilterFunction.Contains, "name", "ly-r", true)]
    [InlineData(FilterFunction.Contains, "name", "LY-R", false)]
    [InlineData(FilterFunction.ContainsIgnoreCase, "name", "LY-R", true)]
    [InlineData(FilterFunction.EndsWith, "name", "rain", true)]
    [InlineData(FilterFunction.NotEndsWith, "name", "rain", false)]
    [InlineData(FilterFunction.Equal, "phase", "4", true)]
    [InlineData(FilterFunction.ValueIn, "phase", "1,4", true)]
    [InlineData(FilterFunction.ValueIn, "phase", "1,10", false)]
    [InlineData(FilterFunction.ValueNotIn, "phase", "1,10", true)]
    [InlineData(FilterFunction.GreaterThan, "phase", "4", false)]
    [InlineData(FilterFunction.GreaterThanOrEqual, "phase", "4", true)]
    [InlineData(FilterFunction.LessThan, "created_at", "1970-01-01T00:00:02Z", true)]
    [InlineData(FilterFunction.LessThanOrEqual, "created_at", "1970-01-01T01:00:01+01:00", true)]
    [InlineData(FilterFunction.GreaterThan, "created_at", "1970-01-01T00:00:01Z", false)]
    [InlineData(FilterFunction.Equal, "labels.team", "weather", true)]
    [InlineData(FilterFunction.Equal, "labels.team", "gold", false)]
    [InlineData(FilterFunction.Exists, "labels.tier", "", true)]
    [InlineData(FilterFunction.Exists, "labels.absent", "", false)]
    [InlineData(FilterFunction.NotExists, "labels.absent", "", true)]
    [InlineData(FilterFunction.NotExists, "group", "", true)]
    public void Compile_EachFunction_MeansWhatItSays(FilterFunction function, string field, string values, bool expected)
    {
        var filter = new Filter(function, field, values.Length == 0 ? [] : values.Split(','));

        Assert.Equal(expected, Fields.Compile([filter])(Sample));
    }

    [Fact]
    public void Compile_SeveralFilters_AllMustHold()
    {
        var name = new Filter(FilterFunction.Equal, "name", ["monthly-rain"]);
        var phase = new Filter(FilterFunction.Equal, "phase", ["5"]);

        Assert.False(Fields.Compile([name, phase])(Sample));
    }

    [Fact]
    public void Compile_SeveralMistakes_NamesAllOfThem()
    {
        var thrown = Assert.Throws<UnionException>(() => Fields.Compile(
        [
            new Filter(FilterFunction.Equal, "colour", ["red"]),
            new Filter(FilterFunction.Equal, "phase", ["running"]),
            new Filter(FilterFunction.Equal, "created_at", []),
            new Filter((FilterFunction)99, "name", ["x"]),
        ]));

        Assert.Equal(ErrorCode.InvalidArgument, thrown.Code);
        Assert.Contains("labels.KEY", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("on phase needs", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("on created_at needs", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("on name has a function", thrown.Message, StringComparison.Ordinal);
    }

    private sealed record Row(string Name, long Phase, long At, string Labels);
}
