using Flyteidl2.Common;
using Google.Protobuf;
using Grpc.Core;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Host.Api.Runs;
using Union.Host.Tunnel.Accepting;

namespace Union.Host.Planes.Control;

/// <summary>Private parts on their way through the tunnel. They are held for one call and never looked into.</summary>
internal sealed class TunnelledPrivateParts(TunnelRegistry tunnels) : IPrivateParts
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<string> PutAsync(
        string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        if (part.IsEmpty)
        {
            return "";
        }

        var request = new PutPrivateRequest { Project = Of(scope), Content = UnsafeByteOperations.UnsafeWrap(part) };
        try
        {
            var response = await ClientOf(clusterId).PutPrivateAsync(request, null, CallDeadline.In(Timeout), cancellationToken);
            return response.Digest;
        }
        catch (RpcException e) when (IsAway(e))
        {
            throw new UnionException(
                ErrorCode.Unavailable, "cluster_offline", $"Cluster {clusterId} did not take the task's private part.",
                "Nothing was stored; try again when the cluster is back.", e);
        }
    }

    public async Task<IReadOnlyList<byte[]>?> TryGetAsync(
        string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken)
    {
        if (digests.All(d => d.Length == 0))
        {
            return [.. digests.Select(_ => Array.Empty<byte>())];
        }

        var request = new GetPrivateRequest { Project = Of(scope) };
        request.Digests.AddRange(digests);
        try
        {
            var response = await ClientOf(clusterId).GetPrivateAsync(request, null, CallDeadline.In(Timeout), cancellationToken);
            return response.Contents.Count == digests.Count ? [.. response.Contents.Select(c => c.ToByteArray())] : null;
        }
        catch (RpcException e) when (IsAway(e))
        {
            return null;
        }
        catch (UnionException e) when (e.Code == ErrorCode.Unavailable)
        {
            return null;
        }
    }

    // A peer that stops answering pings shows as Internal, not as Unavailable.
    private static bool IsAway(RpcException e) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal;

    private static ProjectIdentifier Of(ProjectScope scope) =>
        new() { Organization = scope.Org, Name = scope.Project, Domain = scope.Domain };

    private Cluster.ClusterClient ClientOf(string clusterId) => new(tunnels.Pick(clusterId).CallInvoker);
}
