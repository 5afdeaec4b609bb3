using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>The one place where a refusal of the object store becomes an answer to the caller.</summary>
public static class ObjectStoreFailures
{
    // The store's own message may name a key, and a key may hold a file name that a customer chose.
    public static UnionException ToAnswer(this ObjectStoreException e)
    {
        var (code, reason, message, hint) = e.Error switch
        {
            ObjectStoreError.NotFound => (
                ErrorCode.NotFound, "object_missing", "The object is not in the store.",
                "It may have been removed by the bucket's retention."),
            ObjectStoreError.AlreadyExists => (
                ErrorCode.AlreadyExists, "object_exists", "The object is in the store already.",
                "Choose another name."),
            ObjectStoreError.Denied => (
                ErrorCode.PermissionDenied, "object_store_denied",
                $"The object store denied the cluster {e.Permission ?? "access"}.",
                "Compare the cluster's role with the one that `union cloud policy` prints."),
            ObjectStoreError.BadCredentials => (
                ErrorCode.FailedPrecondition, "object_store_credentials",
                "The cluster has no valid credentials for its object store.",
                "Check computePlane.objects.credentials, and that keys and roles still exist."),
            ObjectStoreError.NoBucket => (
                ErrorCode.FailedPrecondition, "object_store_bucket_missing", "The cluster's bucket does not exist.",
                "Create it, or correct computePlane.objects."),
            ObjectStoreError.WrongRegion => (
                ErrorCode.FailedPrecondition, "object_store_region_wrong",
                $"The cluster's bucket lies in {(e.Region is null ? "another region" : $"region {e.Region}")}.",
                "Set computePlane.objects.region to the bucket's own."),
            ObjectStoreError.ClockSkewed => (
                ErrorCode.FailedPrecondition, "object_store_clock_skewed",
                "The clocks of the cluster and its object store differ by minutes.",
                "Synchronise the clock of the cluster's machine."),
            ObjectStoreError.KeyUnusable => (
                ErrorCode.FailedPrecondition, "object_store_key_unusable",
                "The store cannot encrypt the cluster's objects with the key that its configuration names.",
                "Check that the key exists, is enabled and lies in the bucket's region: computePlane.objects names it."),
            ObjectStoreError.Throttled => (
                ErrorCode.ResourceExhausted, "object_store_throttled", "The object store asked to slow down.",
                "Try again in a moment."),
            ObjectStoreError.Unsupported => (
                ErrorCode.Unimplemented, "object_store_unsupported",
                "The object store cannot enforce what the request asks for.", "Ask for less, or use another store."),
            ObjectStoreError.TooLarge => (
                ErrorCode.OutOfRange, "object_too_large", "The object is larger than the cluster allows.",
                "An administrator can raise the policy's uploadMax."),
            ObjectStoreError.Invalid => (
                ErrorCode.InvalidArgument, "object_request_invalid", "The object store refused the request as malformed.",
                "Check lifetime, length and checksum."),
            _ => (
                ErrorCode.Unavailable, "object_store_unavailable", "The object store cannot be reached.",
                "Try again; `union doctor` on the cluster says more."),
        };
        return new UnionException(code, reason, message, hint, e);
    }
}
