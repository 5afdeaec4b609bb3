using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.Boundary;
using Union.Host.Cli.Client;
using Action = Flyteidl2.Workflow.Action;
using Operation = Flyteidl2.Cluster.SelectClusterRequest.Types.Operation;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Cli.Runs;

/// <summary>Follows a run to its end, through any interruption of the watch.</summary>
internal sealed class RunFollower(UnionClient client, TimeProvider time)
{
    private const int MaxBreaks = 5;

    public async Task<RunOutcome> FollowAsync(string run, IRunProgress progress, CancellationToken cancellationToken)
    {
        var tree = new ActionTree();
        await progress.ShowAsync(async show =>
        {
            for (var breaks = 0; !tree.IsFinished;)
            {
                try
                {
                    if (await WatchOnceAsync(run, tree, show, cancellationToken))
                    {
                        breaks = 0;
                    }
                }
                catch (RpcException e) when (IsBreak(e) && !cancellationToken.IsCancellationRequested && breaks < MaxBreaks)
                {
                    breaks++;
                }

                if (!tree.IsFinished)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(500 << breaks), time, cancellationToken);
                }
            }
        });
        var outcome = await ReadOutcomeAsync(run, cancellationToken);
        progress.Finished(outcome);
        return outcome;
    }

    /// <summary>True where the watch brought anything before it ended.</summary>
    private async Task<bool> WatchOnceAsync(
        string run, ActionTree tree, System.Action<ActionTree, Action> show, CancellationToken cancellationToken)
    {
        using var call = client.Runs.WatchActions(
            new WatchActionsRequest { RunId = client.Run(run) }, cancellationToken: cancellationToken);
        var any = false;
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            any = true;
            foreach (var enriched in message.EnrichedActions)
            {
                if (tree.Apply(enriched.Action))
                {
                    show(tree, enriched.Action);
                }
            }

            if (tree.IsFinished)
            {
                break;
            }
        }

        return any;
    }

    private async Task<RunOutcome> ReadOutcomeAsync(string run, CancellationToken cancellationToken)
    {
        var root = client.Action(run, Names.RootAction);
        var details = await client.Runs.GetActionDetailsAsync(
            new Flyteidl2.Workflow.GetActionDetailsRequest { ActionId = root }, cancellationToken: cancellationToken);
        var outputs = Phases.IsSuccess(details.Details.Status.Phase) ? await ReadOutputsAsync(root, cancellationToken) : [];
        return new RunOutcome(run, details.Details, outputs);
    }

    private async Task<IReadOnlyCollection<Flyteidl2.Task.NamedLiteral>> ReadOutputsAsync(
        ActionIdentifier action, CancellationToken cancellationToken)
    {
        var cluster = await client.SelectAsync(Operation.GetActionData, action, cancellationToken);
        var data = await cluster.Data.GetActionDataAsync(
            new Flyteidl2.Dataproxy.GetActionDataRequest { ActionId = action }, cancellationToken: cancellationToken);
        return data.Outputs?.Literals ?? [];
    }

    private static bool IsBreak(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled;
}
