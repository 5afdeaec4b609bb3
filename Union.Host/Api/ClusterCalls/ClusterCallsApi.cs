using Google.Protobuf;
using Grpc.Core;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Host.Api.ClusterCalls;

/// <summary>What the control plane itself asks of this cluster; it comes in over the reversed connection only.</summary>
internal sealed class ClusterCallsApi(IMediator mediator, Caller caller, ClusterSelf self) : Cluster.ClusterBase
{
    public override async Task<PutPrivateResponse> PutPrivate(PutPrivateRequest request, ServerCallContext context)
    {
        caller.BecomeSystem();
        var digest = await mediator.Send(
            new PutPrivate(ScopeOf(request.Project), request.Content.Memory), context.CancellationToken);
        return new PutPrivateResponse { Digest = digest };
    }

    public override async Task<GetPrivateResponse> GetPrivate(GetPrivateRequest request, ServerCallContext context)
    {
        caller.BecomeSystem();
        var contents = await mediator.Send(
            new GetPrivate(ScopeOf(request.Project), request.Digests), context.CancellationToken);
        var response = new GetPrivateResponse();
        response.Contents.AddRange(contents.Select(c => UnsafeByteOperations.UnsafeWrap(c)));
        return response;
    }

    public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context) =>
        Task.FromResult(new ProbeResponse { BinaryVersion = self.BinaryVersion });

    private static ProjectScope ScopeOf(Flyteidl2.Common.ProjectIdentifier? project) =>
        new(project?.Organization ?? "", project?.Name ?? "", project?.Domain ?? "");
}
