using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;

namespace Union.Core.Tests.ControlPlane.Runs;

public sealed class ActionWatchesTests
{
    [Fact]
    public async Task Change_ManyWatch_IsReadOnceForAll()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        var watches = await OpenAsync(plane, 50);
        var waiting = watches.Select(NextAsync).ToList();

        await plane.AsUserAsync(new AbortAction("default", "development", "r1", "a0", ""));
        var seen = await Task.WhenAll(waiting);

        Assert.All(seen, detail => Assert.Same(seen[0], detail));
        Assert.Equal(ActionPhase.Aborted, seen[0].Action.Phase);
        await EndAsync(watches);
    }

    [Fact]
    public async Task Watcher_Leaves_TheOthersGoOn()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ControlPlaneFixture.Cancel);
        var left = await OpenAsync(plane, 1, leaving.Token);
        var stays = await OpenAsync(plane, 1);
        var (waiting, gone) = (NextAsync(stays[0]), NextAsync(left[0]));

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await plane.AsUserAsync(new AbortAction("default", "development", "r1", "a0", ""));

        Assert.Equal(ActionPhase.Aborted, (await waiting).Action.Phase);
        await EndAsync([.. left, .. stays]);
    }

    [Fact]
    public async Task LastWatcher_Leaves_NothingIsKept()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        await plane.CreateRunAsync("r1");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(ControlPlaneFixture.Cancel);
        var watches = await OpenAsync(plane, 20, leaving.Token);
        var waiting = watches.Select(NextAsync).ToList();
        Assert.Equal(1, plane.Watches.Count);

        await leaving.CancelAsync();
        await Task.WhenAll(waiting.Select(w => Assert.ThrowsAnyAsync<OperationCanceledException>(() => w)));
        await EndAsync(watches);

        Assert.Equal(0, plane.Watches.Count);
    }

    // Each has its snapshot.
    private static async Task<List<IAsyncEnumerator<ActionDetail>>> OpenAsync(
        ControlPlaneFixture plane, int count, CancellationToken? cancellationToken = null)
    {
        var watches = new List<IAsyncEnumerator<ActionDetail>>();
        for (var i = 0; i < count; i++)
        {
            var details = await plane.AsUserAsync(new WatchAction("default", "development", "r1", "a0"));
            watches.Add(details.GetAsyncEnumerator(cancellationToken ?? ControlPlaneFixture.Cancel));
            await NextAsync(watches[^1]);
        }

        return watches;
    }

    private static async Task<ActionDetail> NextAsync(IAsyncEnumerator<ActionDetail> watch)
    {
        Assert.True(await watch.MoveNextAsync());
        return watch.Current;
    }

    private static async Task EndAsync(IEnumerable<IAsyncEnumerator<ActionDetail>> watches)
    {
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }
}
