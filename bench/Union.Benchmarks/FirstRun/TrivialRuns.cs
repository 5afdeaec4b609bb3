using System.Diagnostics;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Union.Host.Cli.Runs;

namespace Union.Benchmarks.FirstRun;

/// <summary>Runs of <c>true</c>: what remains is what the orchestrator and the executor cost.</summary>
internal sealed class TrivialRuns(Uri endpoint) : IDisposable
{
    private const string Task = """
        name: nothing
        image: local
        command: ["true"]
        timeout: 60s

        """;

    private const string Sleep = """
        name: sleeping
        image: local
        command: ["sleep", "120"]

        """;

    private readonly UnionClient _client = new(new ConnectionSettings(endpoint, null, "default", "development"));
    private readonly TaskFile _file = TaskFile.Parse(Path.Combine(Path.GetTempPath(), "nothing.yaml"), Task);
    private readonly TaskFile _sleeping = TaskFile.Parse(Path.Combine(Path.GetTempPath(), "sleeping.yaml"), Sleep);

    /// <summary>From the moment at which the run is acknowledged to the moment at which a watcher sees it end.</summary>
    public async Task<TimeSpan> RunOneAsync()
    {
        var name = await SubmitAsync();
        var acknowledged = Stopwatch.GetTimestamp();
        await FinishedAsync(name);
        return Stopwatch.GetElapsedTime(acknowledged);
    }

    /// <summary>A run that has ended; answers its name.</summary>
    public async Task<string> RunOneNamedAsync()
    {
        var name = await SubmitAsync();
        await FinishedAsync(name);
        return name;
    }

    /// <summary>A run that goes on until it is aborted; answers its name.</summary>
    public async Task<string> StartSleepingAsync()
    {
        var name = Names.NewRun();
        await new RunSubmitter(_client, TimeProvider.System).SubmitAsync(_sleeping, [], name, CancellationToken.None);
        using var watch = _client.Runs.WatchActions(new WatchActionsRequest { RunId = _client.Run(name) });
        await foreach (var message in watch.ResponseStream.ReadAllAsync())
        {
            if (message.EnrichedActions.Any(a => (ActionPhase)a.Action.Status.Phase is ActionPhase.Running))
            {
                return name;
            }
        }

        throw new InvalidOperationException($"{name} did not start.");
    }

    public async Task AbortAsync(string name) =>
        await _client.Runs.AbortRunAsync(new AbortRunRequest { RunId = _client.Run(name), Reason = "bench" });

    /// <summary>Actions a second for runs that are sent and watched side by side.</summary>
    public async Task<double> RunManyAsync(int count)
    {
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) =>
            await FinishedAsync(await SubmitAsync()));
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> SubmitAsync()
    {
        var name = Names.NewRun();
        await new RunSubmitter(_client, TimeProvider.System).SubmitAsync(_file, [], name, CancellationToken.None);
        return name;
    }

    private async Task FinishedAsync(string name)
    {
        using var watch = _client.Runs.WatchActions(new WatchActionsRequest { RunId = _client.Run(name) });
        await foreach (var message in watch.ResponseStream.ReadAllAsync())
        {
            foreach (var phase in message.EnrichedActions.Select(a => (ActionPhase)a.Action.Status.Phase))
            {
                if (phase.IsTerminal())
                {
                    if (phase != ActionPhase.Succeeded)
                    {
                        throw new InvalidOperationException($"{name} is {phase}.");
                    }

                    return;
                }
            }
        }
    }
}
