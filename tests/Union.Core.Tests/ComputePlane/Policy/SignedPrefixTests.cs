using Union.Core.ComputePlane.Policy;

namespace Union.Core.Tests.ComputePlane.Policy;

public sealed class SignedPrefixTests
{
    [Theory]
    [InlineData("weather/production", "weather/production/runs/r/a0/1/outputs.pb", true)]
    [InlineData("weather/production", "weather/production2/runs/r", false)]
    [InlineData("weather/*", "weather/staging/code/x/y", true)]
    [InlineData("*/production", "billing/production/code/x/y", true)]
    [InlineData("*/*", "billing/dev/code/x/y", true)]
    [InlineData("weather/production/runs", "weather/production/code/x/y", false)]
    [InlineData("weather/production/runs", "weather/production/runs/r", true)]
    [InlineData("weather/production/runs", "weather/production", false)]
    [InlineData("weather/production/*", "weather/production/runs/r", false)]
    public void Fits_WholeFoldersOnly(string prefix, string path, bool fits)
    {
        Assert.True(SignedPrefix.TryParse(prefix, out var parsed));
        Assert.Equal(prefix, parsed.ToString());

        Assert.Equal(fits, parsed.Fits(path.Split('/')));
    }

    [Theory]
    [InlineData("")]
    [InlineData("weather")]
    [InlineData("weather/")]
    [InlineData("/production")]
    [InlineData("weather/production/../billing")]
    [InlineData("weather/%2e%2e")]
    [InlineData("wea*/production")]
    public void TryParse_AnotherForm_IsFalse(string text) => Assert.False(SignedPrefix.TryParse(text, out _));
}
