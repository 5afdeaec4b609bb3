using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Host.Forwarding;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Accepting;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Planes.Control;

/// <summary>What the cluster port and the forwarder ask of the database.</summary>
internal sealed class ClusterSeams(ClusterAdmission admission, ClusterRouting routing) : IClusterGate, IClusterDirectory
{
    public ValueTask<bool> IsAdmittedAsync(
        ClusterIdentity cluster, string serialHex, CancellationToken cancellationToken) =>
        admission.IsAdmittedAsync(cluster, cancellationToken);

    public ValueTask<bool> ExistsAsync(string org, string clusterId, CancellationToken cancellationToken) =>
        admission.IsAdmittedAsync(new ClusterIdentity(org, clusterId), cancellationToken);

    public Task<string> RouteAsync(string org, RunId? run, CancellationToken cancellationToken) =>
        routing.FindAsync(org, run, cancellationToken);
}

/// <summary>Spends join tokens through the use case; the interceptor has made the caller "system" for this port.</summary>
internal sealed class Enrollment(IMediator mediator) : IEnrollment
{
    public async Task<EnrolledCluster> EnrollAsync(
        string tokenId, SecretValue secret, byte[] signingRequest, CancellationToken cancellationToken)
    {
        var enrolled = await mediator.Send(new EnrollCluster(tokenId, secret, signingRequest), cancellationToken);
        return new EnrolledCluster(enrolled.Cluster, enrolled.Certificate.Certificate, enrolled.CaBundle);
    }
}

/// <summary>The open connections, as the use cases see them.</summary>
internal sealed class ClusterConnections(TunnelRegistry registry) : IClusterConnections
{
    public bool IsOnline(string clusterId) => registry.IsOnline(clusterId);

    public void Disconnect(string clusterId) => registry.Disconnect(clusterId);
}
