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
                ErrorCode.PermissionDenied, "secret_store_denied", "The secret store denied the cluster access.",
                "Compare the cluster's permissions with those that the documentation lists."),
            SecretStoreError.TooLarge => (
                ErrorCode.OutOfRange, "secret_too_large", "The secret's value is larger than its store takes.",
                "Keep large values as files, and the key to them as a secret."),
            _ => (
                ErrorCode.Unavailable, "secret_store_unavailable", "The secret store cannot be reached or read.",
                "Try again; `union doctor` on the cluster says more."),
        };
        return new UnionException(code, reason, message, hint, e);
    }
}
