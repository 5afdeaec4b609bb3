using Flyteidl2.Common;

namespace Union.Host.Cli.Commands;

/// <summary>The cells of an action that every table of actions shows.</summary>
internal static class ActionCells
{
    public static string[] Of(Flyteidl2.Workflow.Action action, string name, DateTimeOffset now) =>
    [
        name,
        action.Metadata?.Task?.Id?.Name is { Length: > 0 } task ? task : action.Metadata?.Task?.ShortName ?? "",
        Phases.NameOf(action.Status?.Phase ?? ActionPhase.Unspecified),
        Phases.Show(action.Status?.StartTime),
        Phases.Show(Phases.DurationOf(action.Status, now)),
    ];
}
