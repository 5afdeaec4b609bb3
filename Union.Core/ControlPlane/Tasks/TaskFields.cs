using Union.Core.ControlPlane.Listing;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>What lists of tasks can be filtered by.</summary>
internal static class TaskFields
{
    public static Fields<DeployedTaskRow> All { get; } = new Fields<DeployedTaskRow>()
        .Text("name", row => row.Name)
        .Text("task_name", row => row.Name)
        .Text("version", row => row.Version)
        .Text("short_name", row => row.ShortName)
        .Text("function_name", row => row.ShortName)
        .Text("environment", row => row.Environment)
        .Text("environment_name", row => row.Environment)
        .Text("project", row => row.Project)
        .Text("domain", row => row.Domain)
        .Text("task_type", row => row.TaskType)
        .Text("deployed_by", row => row.DeployedBy)
        .Number("is_entrypoint", row => row.IsEntrypoint)
        .Instant("deployed_at", row => row.DeployedAt)
        .Instant("created_at", row => row.DeployedAt);
}
