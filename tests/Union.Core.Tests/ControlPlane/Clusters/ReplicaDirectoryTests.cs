using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.ControlPlane.Clusters;

namespace Union.Core.Tests.ControlPlane.Clusters;

/// <summary>Replicas over one PostgreSQL know of each other, and forget those that are gone.</summary>
public sealed class ReplicaDirectoryTests
{
    [Fact]
    public async Task Beat_TwoReplicas_NameEachOtherUntilOneIsSilent()
    {
        var options = await TestDatabases.MigratedAsync();
        await using var plane = await ControlPlaneFixture.CreateAsync(options);
        using var first = Replica(plane, "10.0.0.1:8701");
        using var second = Replica(plane, "10.0.0.2:8701");

        await first.BeatOnceAsync(ControlPlaneFixture.Cancel);
        await second.BeatOnceAsync(ControlPlaneFixture.Cancel);
        await first.BeatOnceAsync(ControlPlaneFixture.Cancel);
        var both = first.Live;
        plane.Time.Advance(TimeSpan.FromSeconds(36));
        await first.BeatOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Equal(["10.0.0.1:8701", "10.0.0.2:8701"], both);
        Assert.Equal(both, second.Live);
        Assert.Equal(["10.0.0.1:8701"], first.Live);
    }

    [Fact]
    public async Task Stop_SaysThatItIsGone()
    {
        var options = await TestDatabases.MigratedAsync();
        await using var plane = await ControlPlaneFixture.CreateAsync(options);
        using var first = Replica(plane, "10.0.0.1:8701");
        using var second = Replica(plane, null);
        await first.BeatOnceAsync(ControlPlaneFixture.Cancel);

        await first.StopAsync(ControlPlaneFixture.Cancel);
        await second.BeatOnceAsync(ControlPlaneFixture.Cancel);

        Assert.Empty(second.Live);
    }

    private static ReplicaDirectory Replica(ControlPlaneFixture plane, string? address) => new(
        plane.Database, new ReplicaOptions(address), plane.Time, NullLogger<ReplicaDirectory>.Instance);
}
