using Grpc.Core;
using MediatR;
using Union.Contracts.Admin.V1;
using Union.Core.ControlPlane.Caching;
using Union.Host.Api.Runs;

namespace Union.Host.Api;

internal sealed class CacheAdminApi(IMediator mediator) : CacheAdminService.CacheAdminServiceBase
{
    public override async Task<ListResultsResponse> ListResults(ListResultsRequest request, ServerCallContext context)
    {
        var rows = await mediator.Send(
            new ListCached(request.Project?.Name ?? "", request.Project?.Domain ?? "", request.TaskName),
            context.CancellationToken);
        return new ListResultsResponse { Results = { rows.Select(ToMessage) } };
    }

    public override async Task<EvictResultsResponse> EvictResults(EvictResultsRequest request, ServerCallContext context)
    {
        var evicted = await mediator.Send(
            new EvictCached(request.Project?.Name ?? "", request.Project?.Domain ?? "", request.TaskName),
            context.CancellationToken);
        return new EvictResultsResponse { Evicted = (ulong)evicted.Count };
    }

    private static CachedResult ToMessage(CacheRow row) => new()
    {
        TaskName = row.TaskName,
        CacheVersion = row.CacheVersion,
        Source = row.Source,
        CreatedAt = ActionMessages.Instant(row.CreatedAt),
        UsedAt = ActionMessages.Instant(row.UsedAt),
    };
}
