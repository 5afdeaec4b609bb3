using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Contracts.Admin.V1;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Storage;
using ClusterState = Union.Contracts.Admin.V1.ClusterState;

namespace Union.Host.Api;

internal sealed class ClusterAdminApi(IMediator mediator) : ClusterAdminService.ClusterAdminServiceBase
{
    public override async Task<CreateJoinTokenResponse> CreateJoinToken(
        CreateJoinTokenRequest request, ServerCallContext context)
    {
        var created = await mediator.Send(
            new CreateJoinToken(request.ClusterName, request.Lifetime?.ToTimeSpan()), context.CancellationToken);
        return new CreateJoinTokenResponse
        {
            Token = created.Token.Format().Reveal(),
            ExpiresAt = created.ExpiresAt.ToTimestamp(),
        };
    }

    public override async Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context)
    {
        var clusters = await mediator.Send(new ListClusters(), context.CancellationToken);
        var response = new ListClustersResponse();
        response.Clusters.AddRange(clusters.Select(ToMessage));
        return response;
    }

    public override async Task<RevokeClusterResponse> RevokeCluster(
        RevokeClusterRequest request, ServerCallContext context)
    {
        await mediator.Send(new RevokeCluster(request.Name), context.CancellationToken);
        return new RevokeClusterResponse();
    }

    private static ClusterSummary ToMessage(ListedCluster cluster)
    {
        var summary = new ClusterSummary
        {
            Id = cluster.Row.Id,
            Name = cluster.Row.Name,
            State = (ClusterState)cluster.State,
            BinaryVersion = cluster.Row.BinaryVersion,
            Sandbox = cluster.Row.Sandbox,
            Running = (uint)cluster.Running,
            Queued = (uint)cluster.Queued,
            CertificateExpiresAt = cluster.Row.CertificateExpiresAt.ToInstant().ToTimestamp(),
        };
        if (cluster.Row.LastSeenAt is { } seen)
        {
            summary.LastSeen = seen.ToInstant().ToTimestamp();
        }

        return summary;
    }
}
