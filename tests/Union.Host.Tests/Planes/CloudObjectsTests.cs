using System.Net;
using Union.Host.Planes.Compute;

namespace Union.Host.Tests.Planes;

public sealed class CloudObjectsTests
{
    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.0-203.0.113.255")]
    [InlineData("198.51.100.8/30", "198.51.100.8-198.51.100.11")]
    [InlineData("10.0.0.0/9", "10.0.0.0-10.127.255.255")]
    [InlineData("198.51.100.7/32", "198.51.100.7")]
    [InlineData("0.0.0.0/0", "0.0.0.0-255.255.255.255")]
    public void RangeOf_IsFirstToLast(string network, string range) =>
        Assert.Equal(range, CloudObjects.RangeOf(IPNetwork.Parse(network)));
}
