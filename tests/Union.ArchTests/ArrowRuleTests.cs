namespace Union.ArchTests;

/// <summary>The rule itself must be able to fail, in every shape.</summary>
public sealed class ArrowRuleTests
{
    [Theory]
    [InlineData("InAField")]
    [InlineData("InAMethodBody")]
    [InlineData("InAnAsyncBody")]
    [InlineData("InAnAsyncIterator")]
    [InlineData("InALambda")]
    [InlineData("InAGenericArgument")]
    public void Violations_Shape_IsFound(string type)
    {
        const string fixtures = "Union.ArchTests.Fixtures";
        var found = Arrow.Violations(typeof(ArrowRuleTests).Assembly, $"{fixtures}.Breaking", [$"{fixtures}.Forbidden"]);

        Assert.Contains(found, name => name.StartsWith($"{fixtures}.Breaking.{type}", StringComparison.Ordinal));
    }
}
