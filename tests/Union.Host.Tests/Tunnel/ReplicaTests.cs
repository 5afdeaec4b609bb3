using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Union.Contracts.Cluster.V1;
using Union.Host.Tunnel.Dialing;

namespace Union.Host.Tests.Tunnel;

/// <summary>A control plane of several replicas: the cluster has connections to each that is named, and to no other.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task Accept_AnotherReplica_IsDialledAsWell()
    {
        using var folder = new TemporaryFolder();
        await using var first = await ControlPlaneFixture.StartAsync();
        await using var second = await first.StartReplicaAsync();
        await using var cluster = await ClusterFixture.StartAsync(await ClusterFixture.EnrollAsync(first, folder.Path));
        await first.NextConnectedAsync();

        Addresses(cluster).Accept([first.Address, second.Address]);
        await second.NextConnectedAsync();

        foreach (var replica in new[] { first, second })
        {
            var client = new Cluster.ClusterClient(replica.Registry.Pick(cluster.Id).CallInvoker);
            var answer = await client.ProbeAsync(new ProbeRequest(), cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("1.2.3", answer.BinaryVersion);
        }
    }

    [Fact]
    public async Task Accept_ReplicaThatReturns_IsDialledAgain()
    {
        using var folder = new TemporaryFolder();
        await using var first = await ControlPlaneFixture.StartAsync();
        await using var second = await first.StartReplicaAsync();
        await using var cluster = await ClusterFixture.StartAsync(await ClusterFixture.EnrollAsync(first, folder.Path));
        var addresses = Addresses(cluster);
        addresses.Accept([second.Address]);
        await second.NextConnectedAsync();

        addresses.Accept([]);
        await second.RestartAsync();
        addresses.Accept([second.Address]);
        await second.NextConnectedAsync();

        Assert.True(second.Registry.IsOnline(cluster.Id));
    }

    [Fact]
    public async Task Coordinator_ItsReplicaIsGone_CallsAnother()
    {
        using var folder = new TemporaryFolder();
        var first = await ControlPlaneFixture.StartAsync();
        await using var second = await first.StartReplicaAsync();
        await using var cluster = await ClusterFixture.StartAsync(await ClusterFixture.EnrollAsync(first, folder.Path));
        Addresses(cluster).Accept([second.Address]);
        var coordinator = new Coordinator.CoordinatorClient(
            cluster.App.Services.GetRequiredService<CoordinatorChannel>().CallInvoker);
        await HelloAsync(coordinator);

        await first.DisposeAsync();
        var answer = await AgainAsync(coordinator);

        Assert.Equal(cluster.Id, answer.ClusterId);
    }

    [Fact]
    public void Accept_ListFromOutside_KeepsTheEnrolledAddressAndIsBounded()
    {
        var addresses = new ControlPlaneAddresses(new("10.0.0.1", 8701));

        addresses.Accept(["10.0.0.1:8701", "nonsense", "", .. Enumerable.Range(2, 100).Select(n => $"10.0.0.{n}:8701")]);

        Assert.Equal("10.0.0.1:8701", addresses.All[0].ToString());
        Assert.Equal(17, addresses.All.Count);
    }

    private static ControlPlaneAddresses Addresses(ClusterFixture cluster) =>
        cluster.App.Services.GetRequiredService<ControlPlaneAddresses>();

    private static async Task<HelloResponse> HelloAsync(Coordinator.CoordinatorClient coordinator) =>
        await coordinator.HelloAsync(new HelloRequest(), cancellationToken: TestContext.Current.CancellationToken);

    // The call that the old connection broke under is lost, as for the real link, which then begins a new session.
    private static async Task<HelloResponse> AgainAsync(Coordinator.CoordinatorClient coordinator)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await HelloAsync(coordinator);
            }
            catch (RpcException) when (tries < 10)
            {
                // The broken connection was noticed.
            }
        }
    }
}
