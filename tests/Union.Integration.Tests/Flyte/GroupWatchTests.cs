using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Task = System.Threading.Tasks.Task;

namespace Union.Integration.Tests.Flyte;

/// <summary>The runs of each task, summed up as the console's first page asks for them.</summary>
public sealed class GroupWatchTests(SharedInstallation shared) : IDisposable
{
    private readonly StockClient _client = new(shared.Running);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Watch_OfAProject_TellsWhatThereIsAndThenWhatChanges()
    {
        await RunAsync();
        await RunAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var watch = _client.Union.Runs.WatchGroups(
            new WatchGroupsRequest { ProjectId = _client.Union.Project }, cancellationToken: patience.Token);

        Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
        var snapshot = watch.ResponseStream.Current;
        var first = Assert.Single(snapshot.TaskGroups, IsOurs);
        var run = await RunAsync();
        TaskGroup? last = null;
        while (last?.RecentStatuses.FirstOrDefault()?.Phase != ActionPhase.Succeeded || last.TotalRuns == first.TotalRuns)
        {
            Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
            Assert.False(watch.ResponseStream.Current.Sentinel);
            last = watch.ResponseStream.Current.TaskGroups.FirstOrDefault(IsOurs) ?? last;
        }

        Assert.True(snapshot.Sentinel);
        Assert.Equal((2, 3, run.Id.Run.Name), (first.TotalRuns, last.TotalRuns, last.RecentStatuses[0].RunName));
    }

    // Of a name that no other test runs.
    private async Task<ActionDetails> RunAsync()
    {
        var spec = StockClient.SpecOf("nothing");
        spec.TaskTemplate.Id.Name = "stand_in.grouped";
        return await _client.EndAsync(await _client.SubmitAsync(spec, null));
    }

    private static bool IsOurs(TaskGroup group) => group.TaskName == "stand_in.grouped";
}
