using Union.Core.Boundary;
using Union.Faults.Workload;

namespace Union.Faults.Checks;

/// <summary>What must hold of the recorded history, whatever was killed and whenever; each line is a violation.</summary>
internal static class MetadataCheck
{
    public static IEnumerable<string> Violations(MetadataRows rows, IReadOnlyList<WorkRunner> work)
    {
        var runs = rows.Runs.ToDictionary(run => run.Name, StringComparer.Ordinal);
        var planned = work.Select(w => w.Item.Name).ToHashSet(StringComparer.Ordinal);
        return runs.Keys.Except(planned).Select(name => $"{name}: nobody asked for this run")
            .Concat(work.SelectMany(w => runs.TryGetValue(w.Item.Name, out var run)
                ? OfRun(w, run, [.. rows.Actions.Where(action => action.RunId == run.Id)])
                : w.Acknowledged ? [$"{w.Item.Name} was acknowledged and is not there"] : []))
            .Concat(rows.Actions.SelectMany(action => OfAction(
                action, $"{rows.Runs.First(run => run.Id == action.RunId).Name}/{action.Name}", rows)));
    }

    private static IEnumerable<string> OfRun(WorkRunner work, RunState run, IReadOnlyList<ActionFacts> actions)
    {
        var kind = work.Item.Kind;
        var expected = kind.Children.Append(new(Names.RootAction, kind.Root)).ToDictionary();
        foreach (var action in actions)
        {
            if (!expected.Remove(action.Name, out var phase))
            {
                yield return $"{run.Name}/{action.Name}: nobody asked for this action";
            }
            else if (action.Phase != phase)
            {
                yield return $"{run.Name}/{action.Name} is {action.Phase} ({action.ErrorCode}) and should be {phase}";
            }

            if (!work.Watched.Has(action.Name, seen => seen == action.Phase))
            {
                yield return $"{run.Name}/{action.Name} is {action.Phase}, and its watcher never saw that";
            }

            if (action.Name == Names.RootAction && kind.UserAttempts > 0 && action.Attempt - action.SystemFails != kind.UserAttempts)
            {
                yield return $"{run.Name} had attempt {action.Attempt} with {action.SystemFails} lost, and should have had {kind.UserAttempts} of its own";
            }
        }

        foreach (var missing in expected.Keys)
        {
            yield return $"{run.Name}/{missing} is not there";
        }

        if (actions.Select(action => action.Change).Distinct().Count() != actions.Count
            || actions.Any(action => action.Change < 1) || actions.Max(action => action.Change) != run.Change)
        {
            yield return $"{run.Name}: its counter is {run.Change}, and its actions have {string.Join(", ", actions.Select(a => a.Change))}";
        }
    }

    private static IEnumerable<string> OfAction(ActionFacts action, string name, MetadataRows rows)
    {
        if (action.QueueState != 0)
        {
            yield return $"{name} is over and still in the queue";
        }

        var attempts = rows.Attempts.Where(attempt => attempt.ActionId == action.Id).ToList();
        foreach (var leaked in attempts.Where(attempt => attempt.EndedAt is null))
        {
            yield return $"{name}: the lease of attempt {leaked.Uid} (fence {leaked.Fence}) never ended";
        }

        var accepted = attempts.Where(attempt => attempt.Phase == ActionPhase.Succeeded).ToList();
        if (accepted.Count != (action.Phase == ActionPhase.Succeeded ? 1 : 0)
            || accepted.Any(attempt => attempt.OutputUri != action.OutputUri || attempt.Attempt != action.Attempt))
        {
            yield return $"{name} is {action.Phase}, and {accepted.Count} results were accepted";
        }

        foreach (var twice in attempts.Where(a => a.Phase is ActionPhase.Succeeded or ActionPhase.Failed or ActionPhase.TimedOut)
            .GroupBy(a => a.Attempt).Where(group => group.Count() > 1))
        {
            yield return $"{name}: attempt {twice.Key} has {twice.Count()} results";
        }

        foreach (var violation in History([.. rows.Events.Where(e => e.ActionId == action.Id)], action))
        {
            yield return $"{name}: {violation}";
        }
    }

    private static IEnumerable<string> History(IReadOnlyList<EventFacts> events, ActionFacts action)
    {
        var shown = string.Join(" ", events.Select(e => FormattableString.Invariant($"{e.Seq}:{e.Attempt}:{e.Phase}")));
        if (events.Select((e, i) => e.Seq != i + 1).Any(isGap => isGap))
        {
            yield return $"its events have a gap: {shown}";
        }

        if (events.Count == 0 || events[0] is not { Phase: ActionPhase.Queued, Attempt: 1 }
            || events[^1].Phase != action.Phase || events[^1].Attempt != action.Attempt)
        {
            yield return $"its events do not lead from the queue to attempt {action.Attempt}, {action.Phase}: {shown}";
        }

        for (var i = 1; i < events.Count; i++)
        {
            var (before, now) = (events[i - 1], events[i]);
            var next = now.Attempt == before.Attempt ? now.Phase > before.Phase
                : now.Attempt == before.Attempt + 1 && now.Phase == ActionPhase.Queued;
            if (!next || before.Phase.IsTerminal())
            {
                yield return $"its event {now.Seq} cannot follow: {shown}";
            }
        }

        var last = events.Where(e => e.Attempt == action.Attempt).Select(e => e.Phase).ToHashSet();
        if (action.Phase == ActionPhase.Succeeded && !last.IsSupersetOf([ActionPhase.Initializing, ActionPhase.Running]))
        {
            yield return $"its events leave something out: {shown}";
        }
    }
}
