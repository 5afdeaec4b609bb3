using Microsoft.Extensions.Time.Testing;
using Union.Core.ControlPlane.Runs;
using Union.Testing;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class SteadyClockTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SteppedClock _wall;
    private readonly SteadyClock _clock;

    public SteadyClockTests()
    {
        _wall = new SteppedClock(_time);
        _clock = new SteadyClock(_wall);
    }

    [Fact]
    public void Time_Passes()
    {
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(_wall.GetUtcNow(), _clock.Now());
        Assert.Null(_clock.Step);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void Step_IsNotBelieved_UntilItIsUndone(int seconds)
    {
        _wall.Offset = TimeSpan.FromSeconds(seconds);
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Null(_clock.Now());
        Assert.Equal(_wall.Offset, _clock.Step);

        _wall.Offset = TimeSpan.Zero;
        Assert.Equal(_time.GetUtcNow(), _clock.Now());
        Assert.Null(_clock.Step);
    }

    [Fact]
    public void Step_ThatStays_IsBelieved()
    {
        _wall.Offset = TimeSpan.FromHours(8);
        Assert.Null(_clock.Now());
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Null(_clock.Now());
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(_wall.GetUtcNow(), _clock.Now());
    }

    [Fact]
    public void Step_AfterAStep_BeginsAnew()
    {
        _wall.Offset = TimeSpan.FromHours(8);
        Assert.Null(_clock.Now());
        _time.Advance(TimeSpan.FromMinutes(9));
        _wall.Offset = TimeSpan.FromHours(1);
        Assert.Null(_clock.Now());
        _time.Advance(TimeSpan.FromMinutes(9));

        Assert.Null(_clock.Now());
    }

    // Nine seconds a day: what a poor clock drifts between two corrections.
    [Fact]
    public void Drift_DoesNotAddUp()
    {
        for (var day = 0; day < 30; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            _wall.Offset += TimeSpan.FromSeconds(9);

            Assert.NotNull(_clock.Now());
        }
    }
}
