using Union.Core.Boundary;
using Union.Core.ComputePlane.Policy;

namespace Union.Core.Tests.ComputePlane.Policy;

public sealed class DataPolicyTests
{
    [Fact]
    public void MaxLifetime_AboveOneHour_CannotBeConfigured()
    {
        Assert.Equal(TimeSpan.FromHours(1), new DataPolicy { MaxLifetime = TimeSpan.FromHours(1) }.MaxLifetime);
        foreach (var seconds in new[] { 3601, 0, -1 })
        {
            var thrown = Assert.Throws<UnionException>(() => new DataPolicy { MaxLifetime = TimeSpan.FromSeconds(seconds) });
            Assert.Equal("policy_invalid", thrown.Reason);
        }

        Assert.Throws<UnionException>(() => new DataPolicy { UploadMax = 0 });
    }
}
