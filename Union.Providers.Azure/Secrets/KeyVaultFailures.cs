using Azure;
using Azure.Identity;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Azure.Secrets;

internal static class KeyVaultFailures
{
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException or IOException => true,

        // The SDK's own time-out, and the several failures of its retries.
        OperationCanceledException or AggregateException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    /// <param name="permission">The data action of Azure's role-based access that the call needs.</param>
    public static SecretStoreException Translate(Exception e, string permission)
    {
        if (e is AuthenticationFailedException)
        {
            return new SecretStoreException(
                SecretStoreError.Unauthenticated, "Entra gave no token for the cluster's credentials.", e);
        }

        if (e is not RequestFailedException { Status: > 0 } refused)
        {
            return new SecretStoreException(SecretStoreError.Unavailable, "Key Vault could not be reached.", e);
        }

        var error = refused.Status switch
        {
            401 => SecretStoreError.Unauthenticated,
            403 => SecretStoreError.Denied,
            404 => SecretStoreError.NotFound,
            413 => SecretStoreError.TooLarge,
            429 => SecretStoreError.Throttled,
            _ => SecretStoreError.Unavailable,
        };
        return new SecretStoreException(error, $"Key Vault refused: {refused.ErrorCode}.", refused)
        {
            Permission = error is SecretStoreError.Denied
                ? $"Microsoft.KeyVault/vaults/secrets/{permission} (or the vault's firewall does not let it in)" : null,
        };
    }
}
