using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// How many children of each action are in which phase, kept by what a watch has read anyway: counting them in the
/// database would cost a wide parent one look at all of its children for each of them.
/// </summary>
internal sealed class ChildTally(int maxActions = ChildTally.MaxActions)
{
    /// <summary>About 4 MiB a watch. A run with more actions is watched without counts.</summary>
    private const int MaxActions = 50_000;

    private readonly Dictionary<long, ActionPhase> _phases = [];
    private readonly Dictionary<long, Dictionary<ActionPhase, int>> _counts = [];
    private bool _isGivenUp;

    /// <summary>Counts what has changed; answers the actions whose counts are others now.</summary>
    public IReadOnlySet<long> Take(IReadOnlyList<ActionRow> changed)
    {
        var parents = new HashSet<long>();
        foreach (var action in changed)
        {
            if (action.ParentId is { } parent && !_isGivenUp && Take(action, parent))
            {
                parents.Add(parent);
            }
        }

        if (_phases.Count > maxActions)
        {
            _isGivenUp = true;
            _phases.Clear();
            _counts.Clear();
            return new HashSet<long>();
        }

        return parents;
    }

    /// <summary>Phases of an action's children; empty where it has none.</summary>
    public IReadOnlyDictionary<ActionPhase, int> Of(long action) =>
        _counts.TryGetValue(action, out var counts) ? new Dictionary<ActionPhase, int>(counts) : [];

    private bool Take(ActionRow action, long parent)
    {
        if (!_counts.TryGetValue(parent, out var counts))
        {
            _counts[parent] = counts = [];
        }

        if (_phases.TryGetValue(action.Id, out var before))
        {
            if (before == action.Phase)
            {
                return false;
            }

            if (--counts[before] == 0)
            {
                counts.Remove(before);
            }
        }

        _phases[action.Id] = action.Phase;
        counts[action.Phase] = counts.GetValueOrDefault(action.Phase) + 1;
        return true;
    }
}
