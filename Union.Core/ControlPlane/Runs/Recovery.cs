using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// What a run takes over of another one: its actions have the same names, because a parent that does the same again
/// names its children the same.
/// </summary>
internal static class Recovery
{
    private const int MaxTraces = 1000;

    /// <summary>The run to recover, if there is anything left to do in it.</summary>
    public static async Task<RunRow> RecoverableRunAsync(Session session, string org, CreateRun request)
    {
        var run = await RunStore.FindAsync(session, new RunId(org, request.Project, request.Domain, request.Recovers!))
            ?? throw RunErrors.NoSuchRun(request.Recovers!);
        // Retention deletes no run that is recovered, and looks under this lock.
        await RunStore.LockAsync(session, org, run.Id);
        var root = await ActionStore.FindRootAsync(session, org, run.Id);
        return run.ClusterId != request.ClusterId
            ? throw Refused(run, "belongs to another cluster", "Run it anew: its results are out of reach.")
            : root is null || !root.Phase.IsTerminal()
            ? throw Refused(run, "has not ended", $"Wait for it, or end it: union abort {run.Name}")
            : root.Phase is ActionPhase.Succeeded or ActionPhase.Recovered
            ? throw Refused(run, "has succeeded, so nothing is left to recover", "Run it anew instead.")
            : run;
    }

    /// <summary>The action of the earlier run whose result a child of <paramref name="parent"/> may take over.</summary>
    public static async Task<ActionRow?> FindAsync(
        Session session, ActionRow parent, string name, string taskName, string inputsDigest)
    {
        if (parent.RecoversRunId == 0 || (await RunStore.ListAsync(session, parent.Org, [parent.RunRowId]))[0].RerunActions
            .Contains($" {name} ", StringComparison.Ordinal))
        {
            return null;
        }

        var earlier = await ActionStore.FindInRunAsync(session, parent.Org, parent.RecoversRunId, name);
        return earlier is { Kind: ActionKind.Task, Phase: ActionPhase.Succeeded or ActionPhase.Recovered, OutputUri.Length: > 0 }
            && earlier.Parent == parent.Name && earlier.TaskName == taskName && earlier.InputsDigest == inputsDigest
            ? earlier
            : null;
    }

    /// <summary>
    /// The calls that the action's namesake recorded: there before the action begins, so that it need not make them again.
    /// </summary>
    public static async Task TakeTracesAsync(Session session, ActionMachine machine, ActionRow action)
    {
        if (action.RecoversRunId == 0
            || await ActionStore.FindInRunAsync(session, action.Org, action.RecoversRunId, action.Name) is not { } earlier)
        {
            return;
        }

        foreach (var trace in await ActionStore.TracesAsync(session, action.Org, earlier.Id, MaxTraces))
        {
            await machine.CreateRecoveredAsync(
                new NewAction(
                    action.Org, action.RunRowId, trace.Name, action.Id, trace.GroupName, trace.TaskId, action.ClusterId, 0,
                    trace.InputUri)
                {
                    Kind = ActionKind.Trace,
                    RecoveredFrom = SourceOf(trace),
                },
                trace.OutputUri);
        }
    }

    /// <summary>The run that computed it, however often it was taken over since.</summary>
    public static string SourceOf(ActionRow action) => action.RecoveredFrom.Length > 0 ? action.RecoveredFrom : action.Run;

    private static UnionException Refused(RunRow run, string why, string hint) =>
        new(ErrorCode.FailedPrecondition, "run_not_recoverable", $"The run {run.Name} {why}.", hint);
}
