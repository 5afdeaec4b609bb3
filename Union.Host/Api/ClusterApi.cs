using Flyteidl2.Cluster;
using Grpc.Core;
using MediatR;
using Union.Core.ControlPlane.Clusters;
using Union.Host.Planes;

namespace Union.Host.Api;

/// <summary>
/// Where data calls go. The address comes from configuration and never from the request: clients send their tokens to it.
/// </summary>
internal sealed class ClusterApi(IMediator mediator, PublicAddress address) : ClusterService.ClusterServiceBase
{
    public override async Task<SelectClusterResponse> SelectCluster(
        SelectClusterRequest request, ServerCallContext context)
    {
        if (request.Operation == SelectClusterRequest.Types.Operation.GetImage)
        {
            // Empty means: ask here. No cluster builds images.
            return new SelectClusterResponse();
        }

        var action = request.ActionId ?? request.ActionAttemptId?.ActionId;
        var clusterId = await mediator.Send(
            new SelectCluster(
                action?.Run?.Project ?? request.TaskId?.Project ?? request.ProjectId?.Name,
                action?.Run?.Domain ?? request.TaskId?.Domain ?? request.ProjectId?.Domain, action?.Run?.Name)
            {
                Cluster = request.ClusterId?.Name,
            },
            context.CancellationToken);
        return new SelectClusterResponse { ClusterEndpoint = $"{address.Url}/dp/{clusterId}", Cluster = clusterId };
    }
}
