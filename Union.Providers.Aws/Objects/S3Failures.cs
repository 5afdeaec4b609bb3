using System.Net;
using Amazon.Runtime;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

internal static class S3Failures
{
    /// <summary>What the SDK throws when S3, the network or the credentials fail; a time-out of its own among them.</summary>
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    public static ObjectStoreException Translate(Exception e)
    {
        if (e is not AmazonServiceException { StatusCode: not 0 } refused)
        {
            return new ObjectStoreException(ObjectStoreError.Unavailable, "S3 could not be reached.", e);
        }

        var error = (refused.StatusCode, refused.ErrorCode) switch
        {
            (HttpStatusCode.NotFound, _) => ObjectStoreError.NotFound,
            (HttpStatusCode.PreconditionFailed, _) => ObjectStoreError.AlreadyExists,

            // Two racing conditional puts: S3 answers 409 to the one it cannot order.
            (HttpStatusCode.Conflict, "ConditionalRequestConflict") => ObjectStoreError.AlreadyExists,
            (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, _) => ObjectStoreError.Denied,
            (HttpStatusCode.TooManyRequests, _) or (_, "SlowDown") => ObjectStoreError.Throttled,
            (_, "EntityTooLarge") => ObjectStoreError.TooLarge,
            _ => ObjectStoreError.Unavailable,
        };
        return new ObjectStoreException(error, $"S3 refused: {refused.ErrorCode}.", refused);
    }
}
