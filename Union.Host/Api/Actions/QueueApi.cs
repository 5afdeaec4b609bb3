using Flyteidl2.Workflow;
using Grpc.Core;

namespace Union.Host.Api.Actions;

/// <summary>The older half of <see cref="ActionsApi"/>: how a stock task that was not told of the newer one starts children.</summary>
internal sealed class QueueApi(TaskCalls calls) : QueueService.QueueServiceBase
{
    public override async Task<EnqueueActionResponse> EnqueueAction(EnqueueActionRequest request, ServerCallContext context)
    {
        object? spec = request.SpecCase switch
        {
            EnqueueActionRequest.SpecOneofCase.Task => request.Task,
            EnqueueActionRequest.SpecOneofCase.Trace => request.Trace,
            EnqueueActionRequest.SpecOneofCase.Condition => request.Condition,
            _ => null,
        };
        await calls.EnqueueAsync(
            new(request.ActionId, request.ParentActionName, request.Group, request.InputUri, spec), context.CancellationToken);
        return new EnqueueActionResponse();
    }

    public override async Task<AbortQueuedActionResponse> AbortQueuedAction(
        AbortQueuedActionRequest request, ServerCallContext context)
    {
        await calls.AbortAsync(request.ActionId, context.CancellationToken);
        return new AbortQueuedActionResponse();
    }
}
