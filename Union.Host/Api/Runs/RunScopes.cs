using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Union.Core.ControlPlane.Runs;

namespace Union.Host.Api.Runs;

/// <summary>Which runs a list or a watch is about. The org in a message is a hint; the caller's own is used.</summary>
internal static class RunScopes
{
    public static RunScope Of(ListRunsRequest request) => Scope(request) with { PausedOnly = request.PausedActionsOnly };

    public static RunScope Of(WatchRunsRequest request) => request.TargetCase switch
    {
        WatchRunsRequest.TargetOneofCase.ProjectId => Of(request.ProjectId),
        WatchRunsRequest.TargetOneofCase.ClusterId => new RunScope { ClusterId = request.ClusterId.Name },
        WatchRunsRequest.TargetOneofCase.TaskId => Of(request.TaskId.Project, request.TaskId.Domain) with
        {
            TaskName = request.TaskId.Name,
            TaskVersion = NullIfEmpty(request.TaskId.Version),
        },
        _ => new RunScope(),
    };

    public static RunScope Of(ProjectIdentifier project) => Of(project.Name, project.Domain);

    private static RunScope Scope(ListRunsRequest request) => request.ScopeByCase switch
    {
        ListRunsRequest.ScopeByOneofCase.ProjectId => Of(request.ProjectId),
        ListRunsRequest.ScopeByOneofCase.TriggerName => Of(request.TriggerName.Project, request.TriggerName.Domain) with
        {
            Trigger = new TriggerKey(request.TriggerName.TaskName, request.TriggerName.Name),
        },
        ListRunsRequest.ScopeByOneofCase.TaskName => Of(request.TaskName.Project, request.TaskName.Domain) with
        {
            TaskName = request.TaskName.Name,
        },
        ListRunsRequest.ScopeByOneofCase.TaskId => Of(request.TaskId.Project, request.TaskId.Domain) with
        {
            TaskName = request.TaskId.Name,
            TaskVersion = NullIfEmpty(request.TaskId.Version),
        },
        _ => new RunScope(),
    };

    private static RunScope Of(string project, string domain) => new(NullIfEmpty(project), NullIfEmpty(domain));

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
