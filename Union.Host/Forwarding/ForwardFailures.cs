using Union.Core.Boundary;

namespace Union.Host.Forwarding;

/// <summary>What can go wrong between a client and a cluster, as its caller is told.</summary>
internal static class ForwardFailures
{
    /// <summary>The one reason that is answered with HTTP 502: a cluster must not script the control plane's origin.</summary>
    public const string BadAnswer = "cluster_answer_refused";

    public static UnionException Lost() => new(
        ErrorCode.Unavailable, "cluster_lost", "The connection to the cluster was lost.", "The call may be repeated.");

    public static UnionException Refused() => new(
        ErrorCode.Internal, BadAnswer, "The cluster's answer is not one of an RPC, so it was not passed on.");

    public static UnionException TooLarge() => new(
        ErrorCode.ResourceExhausted, "body_too_large", "The request is larger than 16 MiB.",
        "Upload large values by signed URL.");

    public static UnionException NoLongerAllowed() => new(
        ErrorCode.PermissionDenied, "grant_ended", "The permission for this call has ended.");
}
