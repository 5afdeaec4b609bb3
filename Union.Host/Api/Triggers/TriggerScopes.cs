using Flyteidl2.Trigger;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Triggers;
using Scope = Flyteidl2.Trigger.ListTriggersRequest.ScopeByOneofCase;

namespace Union.Host.Api.Triggers;

/// <summary>Which triggers a list is about.</summary>
internal static class TriggerScopes
{
    public static ListTriggers Of(ListTriggersRequest request, ListQuery query) => request.ScopeByCase switch
    {
        Scope.ProjectId => new ListTriggers(
            NullIfEmpty(request.ProjectId.Name), NullIfEmpty(request.ProjectId.Domain), null, null, query),
        Scope.TaskId => new ListTriggers(
            request.TaskId.Project, request.TaskId.Domain, request.TaskId.Name, NullIfEmpty(request.TaskId.Version), query),
        Scope.TaskName => new ListTriggers(
            request.TaskName.Project, request.TaskName.Domain, request.TaskName.Name, null, query),
        _ => new ListTriggers(null, null, null, null, query),
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
