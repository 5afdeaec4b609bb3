using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;

namespace Union.Host.Tests.Tunnel;

public sealed class TunnelTests
{
    [Fact]
    public async Task Tunnel_ClusterDialledOut_ControlPlaneCallsIt()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        var credentials = await ClusterFixture.EnrollAsync(control, folder.Path);
        await using var cluster = await ClusterFixture.StartAsync(credentials);

        var connected = await control.NextConnectedAsync();
        var client = new Cluster.ClusterClient(control.Registry.Pick(cluster.Id).CallInvoker);
        var answer = await client.PutPrivateAsync(
            new PutPrivateRequest { Content = ByteString.CopyFrom(new byte[1_000_000]) },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(credentials.Current.Identity, connected);
        Assert.Equal("1000000", answer.Digest);
    }

    [Fact]
    public async Task Pick_NoConnection_ClusterOffline()
    {
        await using var control = await ControlPlaneFixture.StartAsync();

        var e = Assert.Throws<UnionException>(() => control.Registry.Pick("00000000-0000-0000-0000-000000000000"));

        Assert.Equal((ErrorCode.Unavailable, "cluster_offline"), (e.Code, e.Reason));
    }

    [Fact]
    public async Task Tunnel_ControlPlaneRestarted_ClusterDialsAgain()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        await using var cluster = await ClusterFixture.StartAsync(
            await ClusterFixture.EnrollAsync(control, folder.Path), slots: 2);
        await control.NextConnectedAsync();

        await control.RestartAsync();
        await control.NextConnectedAsync();

        var client = new Cluster.ClusterClient(control.Registry.Pick(cluster.Id).CallInvoker);
        var answer = await client.ProbeAsync(new ProbeRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("1.2.3", answer.BinaryVersion);
    }

    [Fact]
    public async Task Tunnel_ClusterGone_LostAndOffline()
    {
        using var folder = new TemporaryFolder();
        await using var control = await ControlPlaneFixture.StartAsync();
        var cluster = await ClusterFixture.StartAsync(await ClusterFixture.EnrollAsync(control, folder.Path));
        await control.NextConnectedAsync();

        await cluster.DisposeAsync();
        var lost = await control.NextLostAsync();

        Assert.Equal(cluster.Id, lost.ClusterId);
        Assert.False(control.Registry.IsOnline(cluster.Id));
    }
}
