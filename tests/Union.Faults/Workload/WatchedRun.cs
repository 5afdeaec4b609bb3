using System.Collections.Concurrent;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.Boundary;
using Union.Faults.Installation;

namespace Union.Faults.Workload;

/// <summary>
/// A run as one watcher sees it, through all its broken connections. An end that it was told must stay the end.
/// </summary>
internal sealed class WatchedRun(string name, FaultyClient client, ConcurrentBag<string> violations)
{
    private readonly ConcurrentDictionary<string, ActionPhase> _phases = new();

    /// <summary>How often it was interrupted after it had begun.</summary>
    public int Cuts { get; private set; }

    public IReadOnlyDictionary<string, ActionPhase> Phases => _phases;

    public bool Has(string action, Func<ActionPhase, bool> phase) =>
        _phases.TryGetValue(action, out var seen) && phase(seen);

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var isOpen = false;
            try
            {
                var service = client.Any;
                using var call = service.Runs.WatchActions(
                    new WatchActionsRequest { RunId = service.Run(name) }, cancellationToken: cancellationToken);
                await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    isOpen = true;
                    foreach (var action in message.EnrichedActions.Select(enriched => enriched.Action))
                    {
                        See(action.Id.Name, (ActionPhase)action.Status.Phase);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException || FaultyClient.IsAway(e))
            {
                Cuts += isOpen ? 1 : 0;
            }
            catch (RpcException e)
            {
                violations.Add($"{name} was acknowledged, and a watcher of it was told {e.Status.StatusCode}: {e.Status.Detail}");
                return;
            }

            await Pause.TryAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    private void See(string action, ActionPhase phase)
    {
        if (_phases.TryGetValue(action, out var before) && before.IsTerminal() && before != phase)
        {
            violations.Add($"{name}/{action}: a watcher was told {before}, and {phase} afterwards");
        }

        _phases[action] = phase;
    }
}
