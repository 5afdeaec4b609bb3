using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Runs;

/// <summary>
/// Runs and their actions. A message that carries customer fields is split before anything of it is stored, and an
/// answer gets them back from the cluster as bytes that nobody here reads.
/// </summary>
[BindServiceMethod(typeof(RunApi), nameof(Bind))]
internal sealed partial class RunApi(
    IMediator mediator, Caller caller, IPrivateParts privateParts, SharedAnswers sharedAnswers)
    : RunService.RunServiceBase
{
    // The parameter is the generated base: by it the server finds out which methods are overridden.
    public static void Bind(ServiceBinderBase binder, RunService.RunServiceBase service) =>
        RunService.BindService(new SplicingBinder(binder), service);

    public override async Task<CreateRunResponse> CreateRun(CreateRunRequest request, ServerCallContext context)
    {
        var command = await new NewRunReader(mediator, caller, privateParts).ReadAsync(request, context.CancellationToken);
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
        var fired = await FiredAsync(detail.Action, context);
        var answer = await sharedAnswers.GetAsync<GetRunDetailsResponse>(
            detail, () => DetailAnswers.OfRunAsync(privateParts, detail, fired, CancellationToken.None), context.CancellationToken);
        return await AnswerAsync(new GetRunDetailsResponse(), answer, context);
    }

    public override async Task<GetActionDetailsResponse> GetActionDetails(
        GetActionDetailsRequest request, ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var detail = await mediator.Send(
            new GetAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
        var fired = await FiredAsync(detail.Action, context);
        var answer = await sharedAnswers.GetAsync<GetActionDetailsResponse>(
            detail, () => DetailAnswers.OfActionAsync(privateParts, detail, fired, CancellationToken.None), context.CancellationToken);
        return await AnswerAsync(new GetActionDetailsResponse(), answer, context);
    }

    public override async Task<GetActionDataURIsResponse> GetActionDataURIs(
        GetActionDataURIsRequest request, ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var detail = await mediator.Send(
            new GetAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
        return new GetActionDataURIsResponse
        {
            InputsUri = detail.Action.InputUri,
            OutputsUri = detail.Action.OutputUri,
        };
    }

    public override async Task<GetActionLogContextResponse> GetActionLogContext(
        GetActionLogContextRequest request, ServerCallContext context)
    {
        var (run, action) = Read(request.ActionId);
        var detail = await mediator.Send(
            new GetAction(run.Project, run.Domain, run.Name, action), context.CancellationToken);
        return ActionMessages.LogContext(detail, request.Attempt);
    }

    private async ValueTask<TriggerSchedule?> FiredAsync(ActionRow action, ServerCallContext context) =>
        action.TriggerName.Length == 0 ? null : await mediator.Send(
            new FindFiredSchedule(
                action.Project, action.Domain, new TriggerKey(action.TriggerTask, action.TriggerName), action.TriggerRevision),
            context.CancellationToken);

    private static async Task<TResponse> AnswerAsync<TResponse>(
        TResponse empty, EncodedAnswer answer, ServerCallContext context)
        where TResponse : IMessage
    {
        if (answer.IsPartial)
        {
            await context.SayPartialAsync();
        }

        Splices.Attach(empty, answer.Bytes);
        return empty;
    }

    private static (RunIdentifier Run, string Action) Read(ActionIdentifier? id) =>
        (id?.Run ?? new RunIdentifier(), id?.Name ?? "");
}
