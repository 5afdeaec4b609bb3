using Union.Core.ControlPlane.Listing;

namespace Union.Core.ControlPlane.Runs;

/// <summary>What lists of runs and of actions can be filtered by.</summary>
internal static class RunFields
{
    public static Fields<ActionRow> OfRuns { get; } = Both()
        .Text("name", row => row.Run)
        .Text("run_name", row => row.Run)
        .Text("project", row => row.Project)
        .Text("domain", row => row.Domain)
        .Text("trigger_name", row => NullIfEmpty(row.TriggerName))
        .Number("source", row => row.RunSource)
        .Number("run_source", row => row.RunSource)
        .Labels(row => row.RunLabels);

    public static Fields<ActionRow> OfActions { get; } = Both()
        .Text("name", row => row.Name)
        .Text("action_name", row => row.Name)
        .Text("parent_name", row => row.Parent)
        .Text("group", row => NullIfEmpty(row.GroupName));

    private static Fields<ActionRow> Both() => new Fields<ActionRow>()
        .Number("phase", row => (long)row.Phase)
        .Text("task_name", row => row.TaskName)
        .Text("task_version", row => row.TaskVersion)
        .Text("task_short_name", row => row.TaskShortName)
        .Text("task_type", row => row.TaskType)
        .Text("environment_name", row => NullIfEmpty(row.TaskEnvironment))
        .Text("created_by", row => row.CreatedBy)
        .Number("error_kind", row => row.ErrorKind)
        .Instant("created_at", row => row.CreatedAt)
        .Instant("start_time", row => row.StartedAt)
        .Instant("end_time", row => row.EndedAt)
        // An action is changed for the last time when it ends, and before that when it starts.
        .Instant("updated_at", row => row.EndedAt ?? row.StartedAt ?? row.CreatedAt);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
