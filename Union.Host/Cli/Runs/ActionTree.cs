using Union.Core.Boundary;
using Action = Flyteidl2.Workflow.Action;
using ActionPhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Cli.Runs;

/// <summary>The actions of a run as they become known.</summary>
internal sealed class ActionTree
{
    private readonly Dictionary<string, Action> _actions = new(StringComparer.Ordinal);

    /// <summary>In the order in which they became known.</summary>
    private readonly List<string> _order = [];

    public int Count => _order.Count;

    public Action? Root => _actions.GetValueOrDefault(Names.RootAction);

    public bool IsFinished => Root is { Status: { } status } && Phases.IsTerminal(status.Phase);

    /// <summary>Takes in a state; false where nothing that is shown has changed, as after a reconnect.</summary>
    public bool Apply(Action action)
    {
        var name = action.Id.Name;
        if (!_actions.TryGetValue(name, out var known))
        {
            _order.Add(name);
        }
        else if (known.Equals(action))
        {
            return false;
        }

        _actions[name] = action;
        return true;
    }

    public IEnumerable<Action> All => _order.Select(name => _actions[name]);

    /// <summary>Each action behind the one that started it.</summary>
    public IEnumerable<Action> InOrder()
    {
        var byParent = All.ToLookup(ParentOf);
        return Below("", byParent, 0);
    }

    public int DepthOf(Action action)
    {
        var depth = 0;
        // Bounded, so that a wrong answer with a loop in it ends too.
        while (depth < 32 && action.Metadata?.Parent is { Length: > 0 } parent && _actions.TryGetValue(parent, out var above))
        {
            action = above;
            depth++;
        }

        return depth;
    }

    public TreeLine? Draw(DateTimeOffset now)
    {
        var byParent = All.ToLookup(ParentOf);
        return Root is null ? null : Draw(Root, byParent, now, 0);
    }

    public static string Describe(Action action, DateTimeOffset now)
    {
        var task = action.Metadata?.Task?.Id?.Name is { Length: > 0 } name ? name : action.Metadata?.Task?.ShortName;
        var group = action.Metadata?.Group is { Length: > 0 } g ? $" [{g}]" : "";
        var attempts = action.Status is { Attempts: > 1 } status ? $" (attempt {status.Attempts})" : "";
        var duration = Phases.Show(Phases.DurationOf(action.Status, now));
        return Printable.Line($"{action.Id.Name}  {task}{group}{attempts}  {PhaseOf(action)}  {duration}").TrimEnd();
    }

    /// <summary>An action whose parent is not known (yet) stands at the top.</summary>
    private string ParentOf(Action action) =>
        action.Metadata?.Parent is { Length: > 0 } parent && _actions.ContainsKey(parent) ? parent : "";

    private static IEnumerable<Action> Below(string parent, ILookup<string, Action> byParent, int depth) => depth > 32
        ? []
        : byParent[parent].SelectMany(action => Below(action.Id.Name, byParent, depth + 1).Prepend(action));

    private static string PhaseOf(Action action) => Phases.NameOf(action.Status?.Phase ?? ActionPhase.Unspecified);

    private static TreeLine Draw(Action action, ILookup<string, Action> byParent, DateTimeOffset now, int depth) => new(
        Describe(action, now),
        PhaseOf(action),
        depth >= 32 ? [] : [.. byParent[action.Id.Name].Select(child => Draw(child, byParent, now, depth + 1))]);
}
