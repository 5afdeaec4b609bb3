using Microsoft.Extensions.Logging.Abstractions;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ChangeFeedTests
{
    [Fact]
    public async Task Watch_AtAnotherReplica_IsWokenByNotify()
    {
        var options = await TestDatabases.MigratedAsync();
        await using var first = await ControlPlaneFixture.CreateAsync(options);
        await using var second = await ControlPlaneFixture.CreateAsync(options);
        await first.PrepareAsync();
        await first.CreateRunAsync("r");
        using var sender = Feed(first);
        using var receiver = Feed(second);
        await sender.StartAsync(ControlPlaneFixture.Cancel);
        await receiver.StartAsync(ControlPlaneFixture.Cancel);
        await receiver.Listening;

        // The clock of the watcher stands still, so its own poll never comes.
        var changes = await second.AsUserAsync(new WatchActions("default", "development", "r", []));
        await using var reader = changes.GetAsyncEnumerator(ControlPlaneFixture.Cancel);
        await reader.MoveNextAsync();
        var next = reader.MoveNextAsync();
        await first.AsUserAsync(new AbortAction("default", "development", "r", "a0", "enough"));

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromMinutes(1), ControlPlaneFixture.Cancel));
        Assert.Equal(Core.Boundary.ActionPhase.Aborted, Assert.Single(reader.Current).Action.Phase);
        await receiver.StopAsync(ControlPlaneFixture.Cancel);
        await sender.StopAsync(ControlPlaneFixture.Cancel);
    }

    private static ChangeFeed Feed(ControlPlaneFixture plane) =>
        new(plane.Database, plane.Signals, TimeProvider.System, NullLogger<ChangeFeed>.Instance);
}
