using Flyteidl2.Workflow;
using Grpc.Core;
using MediatR;
using Union.Core.ComputePlane.Logs;

namespace Union.Host.Api.Data;

internal sealed class RunLogsApi(IMediator mediator) : RunLogsService.RunLogsServiceBase
{
    [Obsolete("Deprecated by the contract for the method of DataProxyService; older clients call it.")]
    public override async Task TailLogs(
        TailLogsRequest request, IServerStreamWriter<TailLogsResponse> responseStream, ServerCallContext context)
    {
        var id = ActionNames.Read(request.ActionId, request.Attempt);
        var lines = await mediator.Send(
            new TailActionLogs(id.Project, id.Domain, id.Run, id.Action, id.Attempt, Follow: true), context.CancellationToken);
        await lines.WriteBatchesAsync(
            batch => responseStream.WriteAsync(
                new TailLogsResponse
                {
                    Logs = { new TailLogsResponse.Types.Logs { Lines = { batch.Select(LogLines.Write) } } },
                },
                context.CancellationToken),
            context.CancellationToken);
    }
}
