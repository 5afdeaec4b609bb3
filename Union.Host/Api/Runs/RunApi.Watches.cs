using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Grpc.Core;
using Union.Core.ControlPlane.Runs;
using Union.Host.Api.Listing;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Runs;

internal sealed partial class RunApi
{
    public override async Task WatchActionDetails(
        WatchActionDetailsRequest request, IServerStreamWriter<WatchActionDetailsResponse> responseStream,
        ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var changes = await mediator.Send(
            new WatchAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
        await foreach (var detail in changes.WithCancellation(context.CancellationToken))
        {
            var fired = await FiredAsync(detail.Action, context);
            await sharedAnswers.SendAsync<WatchActionDetailsResponse>(
                detail, () => DetailAnswers.OfActionAsync(privateParts, detail, fired, CancellationToken.None),
                answer => WriteAsync(responseStream, answer, context), context.CancellationToken);
        }
    }

    public override async Task WatchRunDetails(
        WatchRunDetailsRequest request, IServerStreamWriter<WatchRunDetailsResponse> responseStream,
        ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        var changes = await mediator.Send(
            new WatchAction(run.Project, run.Domain, run.Name, Core.Boundary.Names.RootAction), context.CancellationToken);
        await foreach (var detail in changes.WithCancellation(context.CancellationToken))
        {
            var fired = await FiredAsync(detail.Action, context);
            await sharedAnswers.SendAsync<WatchRunDetailsResponse>(
                detail, () => DetailAnswers.OfRunAsync(privateParts, detail, fired, CancellationToken.None),
                answer => WriteAsync(responseStream, answer, context), context.CancellationToken);
        }
    }

    public override async Task WatchActions(
        WatchActionsRequest request, IServerStreamWriter<WatchActionsResponse> responseStream, ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        var changes = await mediator.Send(
            new WatchActions(run.Project, run.Domain, run.Name, ListRequests.Filters(request.Filter)),
            context.CancellationToken);
        await foreach (var changed in changes.WithCancellation(context.CancellationToken))
        {
            var response = new WatchActionsResponse();
            response.EnrichedActions.AddRange(changed.Select(ActionMessages.Enriched));
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task WatchRuns(
        WatchRunsRequest request, IServerStreamWriter<WatchRunsResponse> responseStream, ServerCallContext context)
    {
        var changes = await mediator.Send(new WatchRuns(RunScopes.Of(request)), context.CancellationToken);
        await foreach (var changed in changes.WithCancellation(context.CancellationToken))
        {
            var response = new WatchRunsResponse();
            response.Runs.AddRange(changed.Select(ActionMessages.Run));
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task WatchGroups(
        WatchGroupsRequest request, IServerStreamWriter<WatchGroupsResponse> responseStream, ServerCallContext context)
    {
        var scope = RunScopes.Of(request.ProjectId ?? new ProjectIdentifier());
        var asked = ListRequests.Read(request.Request, new WatchGroupsRequest(), newestFirst: true);
        var changes = await mediator.Send(
            new WatchRunGroups(
                scope.Project, scope.Domain, request.StartDate?.ToDateTimeOffset(), request.EndDate?.ToDateTimeOffset(),
                asked.Query.Filters),
            context.CancellationToken);
        var isSnapshot = true;
        await foreach (var changed in changes.WithCancellation(context.CancellationToken))
        {
            // The first message is everything there is, and says that it was.
            var response = new WatchGroupsResponse { Sentinel = isSnapshot };
            response.TaskGroups.AddRange(changed.Changed.Select(GroupMessages.Of));
            response.TaskGroups.AddRange(changed.Gone.Select(GroupMessages.Gone));
            await responseStream.WriteAsync(response, context.CancellationToken);
            isSnapshot = false;
        }
    }

    private static async Task WriteAsync<TMessage>(
        IServerStreamWriter<TMessage> responseStream, EncodedAnswer answer, ServerCallContext context)
        where TMessage : IMessage, new() =>
        await responseStream.WriteAsync(
            await AnswerAsync(new TMessage(), answer, context), context.CancellationToken);
}
