using System.Xml;
using Azure;
using Azure.Identity;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Azure.Objects;

internal static class BlobFailures
{
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException or IOException => true,

        // Somebody else answered, such as a proxy with a page of its own.
        XmlException => true,
        AggregateException many => many.InnerExceptions.All(inner => IsFailure(inner, cancellationToken)),
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    /// <param name="permission">The data action that the cluster's identity needs, where Azure denied it.</param>
    public static ObjectStoreException Translate(Exception e, string permission)
    {
        if (e is AuthenticationFailedException)
        {
            return new ObjectStoreException(ObjectStoreError.BadCredentials, "Azure gave the cluster no token.", e);
        }

        // 0 where the SDK gave up before any answer came.
        if (e is not RequestFailedException { Status: not 0 } refused)
        {
            return new ObjectStoreException(ObjectStoreError.Unavailable, "Azure Storage could not be reached.", e);
        }

        var error = (refused.Status, refused.ErrorCode) switch
        {
            (_, "ContainerNotFound" or "ContainerBeingDeleted") => ObjectStoreError.NoBucket,
            (_, "BlobAlreadyExists" or "ConditionNotMet" or "UnauthorizedBlobOverwrite") => ObjectStoreError.AlreadyExists,

            // The vault behind the account's or the scope's key, or the scope itself.
            (_, not null) when refused.ErrorCode.StartsWith("KeyVault", StringComparison.Ordinal)
                || refused.ErrorCode.Contains("EncryptionScope", StringComparison.Ordinal) => ObjectStoreError.KeyUnusable,
            (_, "InvalidAuthenticationInfo" or "AuthenticationFailed") or (401, _) => ObjectStoreError.BadCredentials,
            (_, "RequestBodyTooLarge") => ObjectStoreError.TooLarge,
            (403, _) => ObjectStoreError.Denied,
            (404, _) => ObjectStoreError.NotFound,
            (412, _) => ObjectStoreError.AlreadyExists,
            (429, _) or (_, "ServerBusy") => ObjectStoreError.Throttled,
            _ => ObjectStoreError.Unavailable,
        };
        return new ObjectStoreException(error, $"Azure Storage refused: {refused.Status} {refused.ErrorCode}.", refused)
        {
            Permission = error is ObjectStoreError.Denied ? permission : null,
        };
    }
}
