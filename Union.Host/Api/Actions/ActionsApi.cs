using Flyteidl2.Actions;
using Flyteidl2.Common;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Actions;
using Union.Core.ComputePlane.Children;

namespace Union.Host.Api.Actions;

/// <summary>What Flyte tasks ask of their cluster, over its local endpoint: each for its own action only.</summary>
internal sealed class ActionsApi(IMediator mediator, ActingTask task) : ActionsService.ActionsServiceBase
{
    public override async Task<EnqueueResponse> Enqueue(EnqueueRequest request, ServerCallContext context)
    {
        var action = request.Action ?? new Flyteidl2.Actions.Action();
        RequireSelf(action.ActionId, action.HasParentActionName ? action.ParentActionName : "");
        await (action.SpecCase switch
        {
            Flyteidl2.Actions.Action.SpecOneofCase.Task => mediator.Send(
                new EnqueueTask(action.ActionId.Name, action.Group, SpecOf(action.Task), action.InputUri)
                {
                    CacheKey = action.Task.CacheKey ?? "",
                },
                context.CancellationToken),
            Flyteidl2.Actions.Action.SpecOneofCase.Trace => mediator.Send(
                new RecordTrace(action.ActionId.Name, action.Group, action.InputUri, action.Trace), context.CancellationToken),
            Flyteidl2.Actions.Action.SpecOneofCase.Condition => mediator.Send(
                new EnqueueCondition(action.ActionId.Name, action.Group, action.Condition), context.CancellationToken),
            _ => throw Nothing(),
        });
        return new EnqueueResponse();
    }

    public override async Task WatchForUpdates(
        WatchForUpdatesRequest request, IServerStreamWriter<WatchForUpdatesResponse> responseStream,
        ServerCallContext context)
    {
        RequireSelf(request.ParentActionId, request.ParentActionId?.Name ?? "");
        var children = await mediator.Send(new WatchOwnChildren(), context.CancellationToken);
        await foreach (var child in children.WithCancellation(context.CancellationToken))
        {
            await responseStream.WriteAsync(
                ActionUpdates.Of(child, request.ParentActionId!.Run), context.CancellationToken);
        }
    }

    public override async Task<AbortResponse> Abort(AbortRequest request, ServerCallContext context)
    {
        RequireSelf(request.ActionId, task.Assignment.ActionId.Name);
        await mediator.Send(new AbortChild(request.ActionId!.Name), context.CancellationToken);
        return new AbortResponse();
    }

    public override async Task<SignalResponse> Signal(SignalRequest request, ServerCallContext context)
    {
        RequireSelf(request.ActionId, request.ParentActionName);
        await mediator.Send(
            new SignalOwnCondition(request.ActionId!.Name, request.Value ?? new Flyteidl2.Core.Literal()),
            context.CancellationToken);
        return new SignalResponse();
    }

    private void RequireSelf(ActionIdentifier? id, string parent) => task.RequireSelf(
        id?.Run?.Project ?? "", id?.Run?.Domain ?? "", id?.Run?.Name ?? "", parent);

    private static Flyteidl2.Task.TaskSpec SpecOf(Flyteidl2.Workflow.TaskAction task)
    {
        var spec = task.Spec?.Clone() ?? throw new UnionException(
            ErrorCode.InvalidArgument, "request_invalid", "A child needs the spec of its task.");
        spec.TaskTemplate ??= new Flyteidl2.Core.TaskTemplate();
        spec.TaskTemplate.Id ??= new Flyteidl2.Core.Identifier
        {
            Name = task.Id?.Name ?? "",
            Version = task.Id?.Version ?? "",
        };
        return spec;
    }

    private static UnionException Nothing() => new(
        ErrorCode.InvalidArgument, "request_invalid", "The action is neither a task nor a trace nor a condition.");
}
