using Flyteidl2.Workflow;
using Grpc.Core;

namespace Union.Host.Api.Actions;

/// <summary>The other older half of <see cref="ActionsApi"/>: how a stock task follows the children that it started.</summary>
internal sealed class StateApi(TaskCalls calls) : StateService.StateServiceBase
{
    public override async Task Watch(
        WatchRequest request, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context)
    {
        var children = await calls.WatchAsync(request.ParentActionId, context.CancellationToken);
        await foreach (var child in children.WithCancellation(context.CancellationToken))
        {
            // Null says that every child that existed has been told.
            var message = child is null
                ? new WatchResponse { ControlMessage = ActionUpdates.AllTold }
                : new WatchResponse { ActionUpdate = ActionUpdates.Of(child, request.ParentActionId!.Run) };
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }
}
