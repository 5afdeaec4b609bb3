using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>The one place where a refusal of the secret store becomes an answer to the caller.</summary>
public static class SecretStoreFailures
{
    public static UnionException ToAnswer(this SecretStoreException e)
    {
        var (code, reason, message, hint) = e.Error switch
        {
            SecretStoreError.NotFound => (
                ErrorCode.NotFound, "secret_missing", "The secret does not exist in this scope.",
                "List the secrets of the project and domain, or create it."),
            SecretStoreError.AlreadyExists => (
                ErrorCode.AlreadyExists, "secret_exists", "A secret of that name exists in this scope already.",
                "Update it, or delete it first."),
            SecretStoreError.Denied => (
                ErrorCode.PermissionDenied, "secret_store_denied",
                e.Permission is null
                    ? "The secret store denied the cluster access."
                    : $"The secret store denied the cluster access: it lacks {e.Permission}.",
                "Grant it to the cluster's identity; `union cloud policy` on the cluster prints all that it needs."),
            SecretStoreError.Unauthenticated => (
                ErrorCode.FailedPrecondition, "secret_store_unauthenticated",
                "The secret store does not accept the cluster's credentials.",
                "Renew them on the cluster; `union doctor` there says which are used."),
            SecretStoreError.ClockSkewed => (
                ErrorCode.FailedPrecondition, "secret_store_clock_skewed",
                "The secret store refused the cluster's signature because the cluster's clock is off.",
                "Set the cluster's clock, by NTP for example."),
            SecretStoreError.Throttled => (
                ErrorCode.ResourceExhausted, "secret_store_throttled", "The secret store asks for fewer calls.",
                "Try again in a minute, or have the store's quota raised."),
            SecretStoreError.Misconfigured => (
                ErrorCode.FailedPrecondition, "secret_store_misconfigured",
                "The cluster's configuration names something that its secret store does not have.",
                "Compare computePlane.secrets with the store; `union doctor` on the cluster says more."),
            SecretStoreError.TooLarge => (
                ErrorCode.OutOfRange, "secret_too_large", $"The secret's value is larger than its store takes{MostOf(e.Limits)}.",
                "Keep large values as files, and the key to them as a secret."),
            _ => (
                ErrorCode.Unavailable, "secret_store_unavailable", "The secret store cannot be reached or read.",
                "Try again; `union doctor` on the cluster says more."),
        };
        return new UnionException(code, reason, message, hint, e);
    }

    private static string MostOf(SecretStoreCapabilities? limits) => limits switch
    {
        null => "",
        { MaxTextBytes: var text, MaxValueBytes: var any } when text == any => $", which is {any} bytes",
        _ => $", which is {limits.MaxTextBytes} bytes of text or {limits.MaxValueBytes} of anything else",
    };
}
