using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Projections;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Host.Api.Splicing;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Api.Runs;

/// <summary>
/// Runs and their actions. A message that carries customer fields is split before anything of it is stored, and an
/// answer gets them back from the cluster as bytes that nobody here reads.
/// </summary>
[BindServiceMethod(typeof(RunApi), nameof(Bind))]
internal sealed class RunApi(IMediator mediator, Caller caller, IPrivateParts privateParts)
    : RunService.RunServiceBase
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    // The parameter is the generated base: by it the server finds out which methods are overridden.
    public static void Bind(ServiceBinderBase binder, RunService.RunServiceBase service) =>
        RunService.BindService(new SplicingBinder(binder), service);

    public override async Task<CreateRunResponse> CreateRun(CreateRunRequest request, ServerCallContext context)
    {
        var command = await SplitAsync(CreateRunRequestReader.Read(request), request, context.CancellationToken);
        var root = await mediator.Send(command, context.CancellationToken);
        return new CreateRunResponse { Run = ActionMessages.Run(root) };
    }

    public override async Task<AbortRunResponse> AbortRun(AbortRunRequest request, ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        await mediator.Send(
            new AbortAction(run.Project, run.Domain, run.Name, Names.RootAction, request.Reason), context.CancellationToken);
        return new AbortRunResponse();
    }

    public override async Task<AbortActionResponse> AbortAction(AbortActionRequest request, ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        await mediator.Send(
            new AbortAction(run.Project, run.Domain, run.Name, action, request.Reason), context.CancellationToken);
        return new AbortActionResponse();
    }

    public override async Task<GetRunDetailsResponse> GetRunDetails(
        GetRunDetailsRequest request, ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        var detail = await mediator.Send(
            new GetAction(run.Project, run.Domain, run.Name, Names.RootAction), context.CancellationToken);
        var splice = await DetailSplice.FetchAsync(privateParts, detail, context, detail.Run.PrivatePart);
        var response = new GetRunDetailsResponse
        {
            Details = new RunDetails
            {
                RunSpec = RunSpec.Parser.ParseFrom(detail.Run.Projection),
                Action = ActionMessages.Details(detail, detail.Action.ClusterId),
            },
        };
        Splices.Attach(response, splice.OfRunDetails());
        return response;
    }

    public override async Task<GetActionDetailsResponse> GetActionDetails(
        GetActionDetailsRequest request, ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var detail = await mediator.Send(
            new GetAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
        var splice = await DetailSplice.FetchAsync(privateParts, detail, context);
        var response = new GetActionDetailsResponse
        {
            Details = ActionMessages.Details(detail, detail.Action.ClusterId),
        };
        Splices.Attach(response, splice.OfActionDetails());
        return response;
    }

    public override async Task WatchActionDetails(
        WatchActionDetailsRequest request, IServerStreamWriter<WatchActionDetailsResponse> responseStream,
        ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var changes = await mediator.Send(
            new WatchActions(run.Project, run.Domain, run.Name), context.CancellationToken);
        await foreach (var changed in changes.WithCancellation(context.CancellationToken))
        {
            if (changed.All(row => row.Name != action))
            {
                continue;
            }

            var detail = await mediator.Send(
                new GetAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
            var splice = await DetailSplice.FetchAsync(privateParts, detail, context);
            var response = new WatchActionDetailsResponse
            {
                Details = ActionMessages.Details(detail, detail.Action.ClusterId),
            };
            Splices.Attach(response, splice.OfActionDetails());
            await responseStream.WriteAsync(response, context.CancellationToken);
            if (detail.Action.Phase.IsTerminal())
            {
                return;
            }
        }
    }

    public override async Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var scope = request.ProjectId;
        var (limit, token) = Page(request.Request);
        var query = $"runs/{scope?.Name}/{scope?.Domain}";
        var before = PageTokens.Read(query, token);
        var page = await mediator.Send(
            new ListRuns(
                NullIfEmpty(scope?.Name), NullIfEmpty(scope?.Domain), limit,
                before is { } b ? new RunPosition(b.First, b.Second) : null),
            context.CancellationToken);
        var response = new ListRunsResponse();
        response.Runs.AddRange(page.Roots.Select(ActionMessages.Run));
        response.Token = page.Next is { } next ? PageTokens.Write(query, next.CreatedAt, next.Id) : "";
        return response;
    }

    public override async Task<ListActionsResponse> ListActions(ListActionsRequest request, ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        var (limit, token) = Page(request.Request);
        var query = $"actions/{run.Project}/{run.Domain}/{run.Name}";
        var after = PageTokens.Read(query, token)?.First ?? 0;
        var rows = await mediator.Send(
            new ListActions(run.Project, run.Domain, run.Name, limit, after), context.CancellationToken);
        var response = new ListActionsResponse();
        response.Actions.AddRange(rows.Select(ActionMessages.Action));
        response.Token = rows.Count < limit ? "" : PageTokens.Write(query, rows[^1].Id, 0);
        return response;
    }

    public override async Task WatchActions(
        WatchActionsRequest request, IServerStreamWriter<WatchActionsResponse> responseStream, ServerCallContext context)
    {
        var run = request.RunId ?? new RunIdentifier();
        var changes = await mediator.Send(
            new WatchActions(run.Project, run.Domain, run.Name), context.CancellationToken);
        await foreach (var changed in changes.WithCancellation(context.CancellationToken))
        {
            var response = new WatchActionsResponse();
            response.EnrichedActions.AddRange(changed.Select(
                row => new EnrichedAction { Action = ActionMessages.Action(row), MeetsFilter = true }));
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    private async Task<CreateRun> SplitAsync(
        NewRun run, CreateRunRequest request, CancellationToken cancellationToken)
    {
        var clusterId = await mediator.Send(new SelectCluster(run.Project, run.Domain, null), cancellationToken);
        var scope = new ProjectScope(caller.Principal.Org, run.Project, run.Domain);
        var task = SplitMessage.Of(request.TaskSpec);
        var spec = SplitMessage.Of(request.RunSpec ?? new RunSpec());
        var taskPrivate = await privateParts.PutAsync(clusterId, scope, task.Private, cancellationToken);
        var runPrivate = await privateParts.PutAsync(clusterId, scope, spec.Private, cancellationToken);
        return new CreateRun(
            run.Project, run.Domain, run.Name, clusterId,
            TaskFacts.Of(request.TaskSpec, task.Projection, taskPrivate), spec.Projection, runPrivate, run.InputUri,
            run.References, (int)request.Source);
    }

    private static (RunIdentifier Run, string Action) Read(ActionIdentifier? id) =>
        (id?.Run ?? new RunIdentifier(), id?.Name ?? "");

    private static (int Limit, string Token) Page(ListRequest? request)
    {
        if (request is { Filters.Count: > 0 } or { RawFilters.Count: > 0 })
        {
            throw new UnionException(ErrorCode.Unimplemented, "filters_not_served", "Filters are not served here.");
        }

        var limit = (int)Math.Min(request?.Limit ?? 0, MaxPage);
        return (limit == 0 ? DefaultPage : limit, request?.Token ?? "");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
