using Union.Core.Boundary.Identity;

namespace Union.Host.Tunnel;

/// <summary>Whether a cluster that proved its identity may still come in.</summary>
internal interface IClusterGate
{
    /// <summary>False when the cluster is unknown or revoked, or this certificate of it is.</summary>
    ValueTask<bool> IsAdmittedAsync(ClusterIdentity cluster, string serialHex, CancellationToken cancellationToken);
}
