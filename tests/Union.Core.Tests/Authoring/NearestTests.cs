using Union.Core.Authoring;

namespace Union.Core.Tests.Authoring;

public sealed class NearestTests
{
    [Theory]
    [InlineData("comand", "command")]
    [InlineData("INPUTS", "inputs")]
    [InlineData("ouptuts", "outputs")]
    [InlineData("zebra", null)]
    public void Of_Word_GivesTheLikelySlip(string word, string? expected)
    {
        Assert.Equal(expected, Nearest.Of(word, ["command", "inputs", "outputs"]));
    }
}
