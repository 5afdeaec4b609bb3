using Union.Host.Cli;

namespace Union.Host.Tests.Cli;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain ü 漢 🚀\tx", "plain ü 漢 🚀\tx")]
    [InlineData("\u001b[31mred", "\\u{1b}[31mred")]
    [InlineData("a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c")]
    [InlineData("\u009b1m", "\\u{9b}1m")]
    [InlineData("a\u2028b", "a\\u{2028}b")]
    [InlineData("a\rb\nc", "a\\u{d}b\\u{a}c")]
    [InlineData("zero\u200bwidth", "zero\\u{200b}width")]
    public void Line_Text_IsHarmless(string text, string expected)
    {
        Assert.Equal(expected, Printable.Line(text));
    }

    [Fact]
    public void Line_LoneSurrogate_IsEscaped()
    {
        Assert.Equal("a\\u{d800}b", Printable.Line("a" + '\ud800' + "b"));
    }

    [Fact]
    public void Text_SeveralLines_StaySeveral()
    {
        Assert.Equal("a\nb\\u{d}", Printable.Text("a\nb\r"));
    }
}
