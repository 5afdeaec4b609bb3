using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// Questions that the edge asks of every connection and every forwarded call, before there is a use case: is this
/// cluster still admitted, and does this org have it.
/// </summary>
public sealed class ClusterAdmission(MetadataDatabase database)
{
    public async ValueTask<bool> IsAdmittedAsync(ClusterIdentity cluster, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            cluster.Org, session => ClusterStore.FindAsync(session, cluster), cancellationToken);
        return row is { RevokedAt: null };
    }
}
