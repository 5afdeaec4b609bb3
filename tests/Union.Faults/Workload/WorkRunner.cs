using System.Collections.Concurrent;
using Flyteidl2.Workflow;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Faults.Installation;
using Union.Host.Cli.Runs;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;

namespace Union.Faults.Workload;

/// <summary>Makes one run as a client does, and follows it.</summary>
internal sealed class WorkRunner : IDisposable
{
    private readonly WorkItem _item;
    private readonly FaultyClient _client;
    private readonly FaultyClient _watcher;
    private readonly FaultDiary _diary;
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkRunner(
        WorkItem item, int first, FaultyInstallation installation, FaultDiary diary, ConcurrentBag<string> violations)
    {
        (_item, _diary) = (item, diary);
        _client = new FaultyClient(installation, first);
        _watcher = new FaultyClient(installation, first + 1);
        Watched = new WatchedRun(item.Name, _watcher, violations);
    }

    public WorkItem Item => _item;

    public WatchedRun Watched { get; }

    /// <summary>Completes when the client is told that the run exists.</summary>
    public Task Acknowledgement => _acknowledged.Task;

    public bool Acknowledged => Acknowledgement.IsCompleted;

    /// <summary>Until the run is acknowledged and, where it is one to abort, its end is.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Pause.ForAsync(_item.At, cancellationToken);
        _diary.Write($"create {_item.Name}");
        await SubmitAsync(cancellationToken);
        _diary.Write($"{_item.Name} is acknowledged");
        _acknowledged.SetResult();
        _ = Watched.FollowAsync(cancellationToken);
        if (_item.Input % 4 == 0)
        {
            // A client whose answer was lost on the way asks for the same again.
            await SubmitAsync(cancellationToken);
        }

        if (_item.Kind.IsAborted)
        {
            var last = _item.Kind.Children.Keys.FirstOrDefault() ?? Names.RootAction;
            while (!Watched.Has(last, phase => phase == ActionPhase.Running))
            {
                await Pause.ForAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            await _client.CallAsync(
                $"The abort of {_item.Name}",
                client => client.Runs.AbortRunAsync(
                    new AbortRunRequest { RunId = client.Run(_item.Name), Reason = "as planned" },
                    cancellationToken: cancellationToken).ResponseAsync,
                cancellationToken);
            _diary.Write($"the abort of {_item.Name} is acknowledged");
        }
    }

    /// <summary>The output <c>total</c> of the root, as a client reads it.</summary>
    public Task<long?> TotalAsync(CancellationToken cancellationToken) => _client.CallAsync<long?>(
        $"The outputs of {_item.Name}",
        async client =>
        {
            var root = client.Action(_item.Name, Names.RootAction);
            var cluster = await client.SelectAsync(Operation.GetActionData, root, cancellationToken);
            var data = await cluster.Data.GetActionDataAsync(
                new Flyteidl2.Dataproxy.GetActionDataRequest { ActionId = root }, cancellationToken: cancellationToken);
            return data.Outputs?.Literals.FirstOrDefault(literal => literal.Name == "total")?.Value.Scalar.Primitive.Integer;
        },
        cancellationToken);

    public void Dispose()
    {
        _client.Dispose();
        _watcher.Dispose();
    }

    private Task<bool> SubmitAsync(CancellationToken cancellationToken)
    {
        var file = TaskFile.Read(Path.Combine(AppContext.BaseDirectory, "Workload", "Tasks", $"{_item.Kind.Task}.yaml"));
        var inputs = TaskInputs.Parse(
            file.Spec.TaskTemplate.Interface, [FormattableString.Invariant($"n={_item.Input}")], file.Folder);
        return _client.CallAsync(
            $"The creation of {_item.Name}",
            async client =>
            {
                await new RunSubmitter(client, TimeProvider.System).SubmitAsync(file, inputs, _item.Name, cancellationToken);
                return true;
            },
            cancellationToken);
    }
}
