using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Clusters;

internal static class ClusterErrors
{
    public static UnionException NoCluster() => new(
        ErrorCode.FailedPrecondition, "no_cluster", "No cluster is enrolled.",
        "Create a join token with 'union cluster enroll NAME' and start 'union compute-plane' with it.");

    public static UnionException NoSuchCluster(string name) =>
        new(ErrorCode.NotFound, "cluster_unknown", $"There is no cluster {name}.", "'union get clusters' lists them.");

    public static UnionException NoSession() => new(
        ErrorCode.Aborted, "session_ended", "The session is not the cluster's newest one.", "Say Hello again.");
}
