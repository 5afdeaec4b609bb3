using Flyteidl2.Workflow;
using Grpc.Core;
using Union.Core.ControlPlane.Runs;
using Union.Host.Api.Listing;

namespace Union.Host.Api.Runs;

internal sealed partial class RunApi
{
    public override async Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var about = request.Clone();
        about.Request = null;
        var asked = ListRequests.Read(request.Request, about, newestFirst: true);
        var page = await mediator.Send(
            new ListRuns(RunScopes.Of(request), asked.Query), context.CancellationToken);
        var response = new ListRunsResponse { Token = asked.TokenOf(page.Next) };
        response.Runs.AddRange(page.Rows.Select(ActionMessages.Run));
        return response;
    }

    public override async Task<ListActionsResponse> ListActions(ListActionsRequest request, ServerCallContext context)
    {
        var run = request.RunId ?? new Flyteidl2.Common.RunIdentifier();
        var asked = ListRequests.Read(request.Request, run, newestFirst: false);
        var page = await mediator.Send(
            new ListActions(run.Project, run.Domain, run.Name, asked.Query), context.CancellationToken);
        var response = new ListActionsResponse { Token = asked.TokenOf(page.Next) };
        response.Actions.AddRange(page.Rows.Select(ActionMessages.Action));
        return response;
    }
}
