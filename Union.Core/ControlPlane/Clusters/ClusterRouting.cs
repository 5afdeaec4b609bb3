using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>The cluster that a call belongs to: a run's own for life, else the one that new work of the org goes to.</summary>
public sealed class ClusterRouting(MetadataDatabase database)
{
    public Task<string> FindAsync(string org, RunId? run, CancellationToken cancellationToken) =>
        database.ReadAsync(org, session => FindAsync(session, org, run), cancellationToken);

    internal static async Task<string> FindAsync(Session session, string org, RunId? run)
    {
        if (run is not null)
        {
            return (await RunStore.FindAsync(session, run))?.ClusterId ?? throw RunErrors.NoSuchRun(run.Name);
        }

        return (await ClusterStore.RouteAsync(session, org))?.Id ?? throw ClusterErrors.NoCluster();
    }
}
