using Flyteidl2.Actions;
using Grpc.Core;
using Action = Flyteidl2.Actions.Action;

namespace Union.Host.Api.Actions;

/// <summary>What Flyte tasks ask of their cluster, over its local endpoint.</summary>
internal sealed class ActionsApi(TaskCalls calls) : ActionsService.ActionsServiceBase
{
    public override async Task<EnqueueResponse> Enqueue(EnqueueRequest request, ServerCallContext context)
    {
        var action = request.Action ?? new Action();
        object? spec = action.SpecCase switch
        {
            Action.SpecOneofCase.Task => action.Task,
            Action.SpecOneofCase.Trace => action.Trace,
            Action.SpecOneofCase.Condition => action.Condition,
            _ => null,
        };
        await calls.EnqueueAsync(
            new(action.ActionId, action.ParentActionName, action.Group, action.InputUri, spec), context.CancellationToken);
        return new EnqueueResponse();
    }

    public override async Task WatchForUpdates(
        WatchForUpdatesRequest request, IServerStreamWriter<WatchForUpdatesResponse> responseStream,
        ServerCallContext context)
    {
        var children = await calls.WatchAsync(request.ParentActionId, context.CancellationToken);
        await foreach (var child in children.WithCancellation(context.CancellationToken))
        {
            // Null says that every child that existed has been told.
            var message = child is null
                ? new WatchForUpdatesResponse { ControlMessage = ActionUpdates.AllTold }
                : new WatchForUpdatesResponse { ActionUpdate = ActionUpdates.Of(child, request.ParentActionId!.Run) };
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }

    public override async Task<AbortResponse> Abort(AbortRequest request, ServerCallContext context)
    {
        await calls.AbortAsync(request.ActionId, context.CancellationToken);
        return new AbortResponse();
    }

    public override async Task<SignalResponse> Signal(SignalRequest request, ServerCallContext context)
    {
        await calls.SignalAsync(
            request.ActionId, request.ParentActionName, request.Value ?? new Flyteidl2.Core.Literal(), context.CancellationToken);
        return new SignalResponse();
    }
}
