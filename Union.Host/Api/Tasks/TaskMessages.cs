using Flyteidl2.Common;
using Flyteidl2.Task;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Runs;
using Filter = Union.Core.ControlPlane.Listing.Filter;
using KnownFilter = Flyteidl2.Task.ListTasksRequest.Types.KnownFilter;

namespace Union.Host.Api.Tasks;

/// <summary>What the control plane stores of deployed tasks, as messages of the contract.</summary>
internal static class TaskMessages
{
    public static TaskDetails Details(TaskDetail detail) => new()
    {
        TaskId = Identifier(detail.Task),
        Metadata = Metadata(detail.Task, detail.Triggers),
        Spec = TaskSpec.Parser.ParseFrom(detail.Content.Projection.Span),
    };

    public static Flyteidl2.Task.Task Task(ListedTask listed, ActionRow? latestRun) => new()
    {
        TaskId = Identifier(listed.Task),
        Metadata = Metadata(listed.Task, listed.Triggers),
        TaskSummary = latestRun is null ? null : new TaskSummary { LatestRun = Summary(latestRun) },
    };

    public static ListVersionsResponse.Types.VersionResponse Version(DeployedTaskRow row) => new()
    {
        Version = row.Version,
        DeployedAt = ActionMessages.Instant(row.DeployedAt),
        DeployedBy = ActionMessages.Identity(row.DeployedBy),
    };

    public static Filter Filter(KnownFilter filter) => filter.FilterByCase == KnownFilter.FilterByOneofCase.IsEntrypoint
        ? new Filter(FilterFunction.Equal, "is_entrypoint", [filter.IsEntrypoint ? "1" : "0"])
        : new Filter(FilterFunction.Equal, "deployed_by", [filter.DeployedBy]);

    private static LatestRunSummary Summary(ActionRow root) => new()
    {
        RunId = new RunIdentifier { Org = root.Org, Project = root.Project, Domain = root.Domain, Name = root.Run },
        RunTime = ActionMessages.Instant(root.CreatedAt),
        Phase = (ActionPhase)root.Phase,
        RootTaskName = root.TaskName,
    };

    private static TaskIdentifier Identifier(DeployedTaskRow row) => new()
    {
        Org = row.Org,
        Project = row.Project,
        Domain = row.Domain,
        Name = row.Name,
        Version = row.Version,
    };

    private static TaskMetadata Metadata(DeployedTaskRow row, IReadOnlyList<TriggerRow> triggers) => new()
    {
        DeployedBy = ActionMessages.Identity(row.DeployedBy),
        ShortName = row.ShortName,
        DeployedAt = ActionMessages.Instant(row.DeployedAt),
        EnvironmentName = row.Environment,
        TriggersSummary = new TaskTriggersSummary
        {
            Stats = new TaskTriggersSummary.Types.TriggerStats
            {
                Total = (uint)triggers.Count,
                Active = (uint)triggers.Count(t => t.Active == 1),
            },
        },
    };
}
