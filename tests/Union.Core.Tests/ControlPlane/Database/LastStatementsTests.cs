using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Database;

/// <summary>What a transaction runs with its commit is part of it like everything else.</summary>
public sealed class LastStatementsTests
{
    [Fact]
    public async Task BatchLast_IsCommitted()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        await plane.Database.WriteAsync(
            "default",
            async session =>
            {
                await session.BatchLastAsync([ClusterStore.Acknowledge(plane.Cluster, 7, plane.Time.GetUtcNow())]);
                return true;
            },
            ControlPlaneFixture.Cancel);

        Assert.Equal(7, await AckedAsync(plane));
    }

    [Fact]
    public async Task BatchLast_OneFails_CommitsNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => plane.Database.WriteAsync(
            "default",
            async session =>
            {
                await session.BatchAsync([ClusterStore.Acknowledge(plane.Cluster, 7, plane.Time.GetUtcNow())]);
                await session.BatchLastAsync(
                [
                    ClusterStore.Acknowledge(plane.Cluster, 8, plane.Time.GetUtcNow()),
                    AttemptStore.Insert(new AttemptRow(
                        "u", "default", 12345, plane.Cluster.ClusterId, 1, 1, ActionPhase.Queued, 1, null, null, null, null,
                        "", "", "", 0, "")),
                ]);
                return true;
            },
            ControlPlaneFixture.Cancel));

        Assert.Equal(0, await AckedAsync(plane));
    }

    [Fact]
    public async Task BatchLast_WorkFailsAfterwards_CommitsNothing()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        await Assert.ThrowsAsync<UnionException>(() => plane.Database.WriteAsync<bool>(
            "default",
            async session =>
            {
                await session.BatchLastAsync([ClusterStore.Acknowledge(plane.Cluster, 7, plane.Time.GetUtcNow())]);
                throw ClusterErrors.NoSession();
            },
            ControlPlaneFixture.Cancel));

        Assert.Equal(0, await AckedAsync(plane));
    }

    [Fact]
    public async Task BatchLast_MoreAfterIt_IsRefused()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => plane.Database.WriteAsync(
            "default",
            async session =>
            {
                await session.BatchLastAsync([ClusterStore.Acknowledge(plane.Cluster, 7, plane.Time.GetUtcNow())]);
                return await ClusterStore.FindAsync(session, plane.Cluster);
            },
            ControlPlaneFixture.Cancel));

        Assert.Equal(0, await AckedAsync(plane));
    }

    private static async Task<long> AckedAsync(ControlPlaneFixture plane) => (await plane.Database.ReadAsync(
        "default", session => ClusterStore.FindAsync(session, plane.Cluster), ControlPlaneFixture.Cancel))!.AckedEvent;
}
