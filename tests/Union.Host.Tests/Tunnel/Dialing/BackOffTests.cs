using Union.Host.Tunnel.Dialing;

namespace Union.Host.Tests.Tunnel.Dialing;

public sealed class BackOffTests
{
    [Theory]
    [InlineData(0, 25, 7500)]
    [InlineData(1, 50, 15000)]
    public void Next_ManyTries_DoublesUpToLongestWithJitter(double jitter, int first, int longest)
    {
        var backOff = new BackOff(() => jitter);

        var delays = Enumerable.Range(0, 20).Select(_ => backOff.Next().TotalMilliseconds).ToArray();

        Assert.Equal((first, 2 * first, longest), (delays[0], delays[1], delays[^1]));
    }

    [Fact]
    public void Lived_ShortLife_DoesNotReset()
    {
        var backOff = new BackOff(() => 1);
        backOff.Next();

        backOff.Lived(BackOff.Settled - TimeSpan.FromTicks(1));
        var second = backOff.Next();
        backOff.Lived(BackOff.Settled);

        Assert.Equal((2 * BackOff.First, BackOff.First), (second, backOff.Next()));
    }
}
