using System.Text;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class FindActionTaskTests
{
    [Fact]
    public async Task Task_OfAnActionOrDeployed_IsFoundByItsCluster()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        await plane.DeployAsync("snow");

        var ofAction = await plane.AsClusterAsync(new FindActionTask("default", "development", "r1", "a0"));
        var deployed = await plane.AsClusterAsync(new FindDeployedTask("default", "development", "snow", "1"));
        var newest = await plane.AsClusterAsync(new FindDeployedTask("default", "development", "snow", ""));

        Assert.Equal(["rain 0", "snow 0", "snow 0"], new[] { ofAction, deployed, newest }.Select(p => Encoding.UTF8.GetString(p.Span)));
    }

    [Fact]
    public async Task Task_OfAnotherCluster_IsAsUnknownAsNone()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        await plane.DeployAsync("snow");

        var action = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsOtherClusterAsync(new FindActionTask("default", "development", "r1", "a0")));
        var deployed = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsOtherClusterAsync(new FindDeployedTask("default", "development", "snow", "1")));

        Assert.Equal((ErrorCode.NotFound, ErrorCode.NotFound), (action.Code, deployed.Code));
    }

    [Fact]
    public async Task Task_AskedForByAPerson_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");

        var thrown = await Assert.ThrowsAsync<UnionException>(
            () => plane.AsUserAsync(new FindActionTask("default", "development", "r1", "a0")));

        Assert.Equal(ErrorCode.PermissionDenied, thrown.Code);
    }
}
