using System.Security.Cryptography;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Runs;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>An attempt as both planes name it.</summary>
public sealed record AttemptKey(string Uid, long Fence);

/// <summary>
/// Begins a session of a cluster and reconciles: what the cluster holds and should not is to be ended, what it should
/// hold and does not is tried again at once instead of after its time-out.
/// </summary>
/// <param name="Held">Attempts that run, or have ended and are not yet acknowledged.</param>
public sealed record BeginSession(
    IReadOnlyList<uint> MinorVersions, string BinaryVersion, string Sandbox, int Parallel, long LastEvent,
    IReadOnlyList<AttemptKey> Held, IReadOnlyList<string> ReferencePrefixes) : IUseCase<BegunSession>, IClusterRequest
{
    /// <summary>The lowest sequence that the cluster still keeps; 0 where it does not say.</summary>
    public long FirstEvent { get; init; }
}

public sealed record BegunSession(string Session, uint MinorVersion, long AckedEvent, IReadOnlyList<AttemptKey> End);

internal sealed class BeginSessionHandler(MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<BeginSession, BegunSession>
{
    /// <summary>1 added Reconcile, 2 leases of children only.</summary>
    private static readonly uint[] Spoken = [0, 1, 2];

    public async Task<BegunSession> Handle(BeginSession request, CancellationToken cancellationToken)
    {
        var minor = request.MinorVersions.Where(Spoken.Contains).Select(v => (uint?)v).Max()
            ?? throw new UnionException(
                ErrorCode.FailedPrecondition, "cluster_version",
                $"The cluster speaks union.cluster.v1 minors {string.Join(", ", request.MinorVersions)}; this control "
                + $"plane speaks {string.Join(", ", Spoken)}.",
                "Upgrade the older of the two.");
        var changes = new ChangeSet();
        var result = await database.WriteAsync(
            caller.Cluster.Org, session => BeginAsync(session, request, minor, changes), cancellationToken);
        signals.Publish(changes);
        return result;
    }

    private async Task<BegunSession> BeginAsync(Session session, BeginSession request, uint minor, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        // A lease that is being handed out under the old session ends first, and is then seen here.
        var cluster = await ClusterStore.LockOutLeasesAsync(session, caller.Cluster)
            ?? throw ClusterErrors.NoSuchCluster(caller.Cluster.ClusterId);
        // A cluster that lost its journal counts from 1 again; what it sends then is new, whatever its number.
        // One that dropped more than we know of was acknowledged by this database before it was restored from a backup.
        var acked = Math.Max(Math.Min(cluster.AckedEvent, request.LastEvent), request.FirstEvent - 1);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await ClusterStore.BeginSessionAsync(session, cluster with
        {
            Session = id,
            LastSeenAt = now.ToMicros(),
            AckedEvent = acked,
            BinaryVersion = request.BinaryVersion,
            Sandbox = request.Sandbox,
            Parallel = request.Parallel,
        });
        await ClusterStore.ReplacePrefixesAsync(session, caller.Cluster, request.ReferencePrefixes);
        var found = await new Reconciliation(session, caller.Cluster, changes, now).RunAsync(request.Held, Unconfirmed.Returns);
        return new BegunSession(id, minor, acked, found.End);
    }
}
