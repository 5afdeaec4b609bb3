using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Link;

namespace Union.Core.Tests.ComputePlane.Link;

public sealed class ExecutorPlacesTests
{
    [Theory]
    [InlineData(0, 0, 4, 0)]
    [InlineData(3, 0, 1, 0)]
    [InlineData(4, 0, 0, 0)]
    [InlineData(4, 1, 0, 1)]
    [InlineData(4, 4, 0, 4)]
    [InlineData(3, 2, 1, 2)]
    [InlineData(6, 4, 0, 2)]
    [InlineData(8, 4, 0, 0)]
    [InlineData(12, 8, 0, 0)]
    public void Places_WhoWaits_LendsItsOwnToChildren(int held, int waiting, int free, int children)
    {
        var places = Places(held, waiting);

        Assert.Equal((free, children), (places.Free, places.ForChildren));
        Assert.False(places.IsFull);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public void Places_AllWaitAndTheOpenHalfIsUsed_GoesOnOneByOneUntilFull(int held, bool full)
    {
        var places = Places(held, held);

        Assert.Equal((0, 1, full), (places.Free, places.ForChildren, places.IsFull));
    }

    private static ExecutorPlaces Places(int held, int waiting) =>
        new(new ExecutorCapabilities("none", "rlimit", 4) { Waiting = 8 }, held, waiting);
}
