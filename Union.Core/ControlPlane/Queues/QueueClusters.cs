using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Queues;

internal static class QueueClusters
{
    /// <summary>The cluster of that name, or the one that new work goes to.</summary>
    public static async Task<ClusterRow> FindAsync(Session session, string org, string name) => name.Length == 0
        ? await ClusterStore.RouteAsync(session, org) ?? throw ClusterErrors.NoCluster()
        : await ClusterStore.FindByNameAsync(session, org, name) ?? throw ClusterErrors.NoSuchCluster(name);

    /// <summary>As <see cref="FindAsync"/>, with no lease, report or new run of it under way.</summary>
    public static async Task<ClusterRow> LockAsync(Session session, string org, string name)
    {
        var found = await FindAsync(session, org, name);
        return (await ClusterStore.LockOutLeasesAsync(session, new ClusterIdentity(org, found.Id)))!;
    }
}
