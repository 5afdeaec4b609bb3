using System.Net;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Aws.Objects;

internal static partial class S3Failures
{
    /// <summary>What the SDK throws when S3, the network or the credentials fail; a time-out of its own among them.</summary>
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    /// <param name="permission">What the cluster's identity needs for the call, where S3 denied it.</param>
    public static ObjectStoreException Translate(Exception e, string permission)
    {
        if (e is not AmazonServiceException { StatusCode: not 0 } refused)
        {
            // The SDK has no answer where it found no credentials to ask with.
            return e is AmazonClientException { InnerException: null }
                ? OfCredentials(e)
                : new ObjectStoreException(ObjectStoreError.Unavailable, "S3 could not be reached.", e);
        }

        var error = (refused.StatusCode, refused.ErrorCode) switch
        {
            (_, "NoSuchBucket") => ObjectStoreError.NoBucket,
            (_, "RequestTimeTooSkewed") => ObjectStoreError.ClockSkewed,
            (_, "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken") =>
                ObjectStoreError.BadCredentials,
            (HttpStatusCode.MovedPermanently, _) or (_, "AuthorizationHeaderMalformed" or "PermanentRedirect") =>
                ObjectStoreError.WrongRegion,
            (HttpStatusCode.NotFound, _) => ObjectStoreError.NotFound,
            (HttpStatusCode.PreconditionFailed, _) => ObjectStoreError.AlreadyExists,

            // Two racing conditional puts: S3 answers 409 to the one it cannot order.
            (HttpStatusCode.Conflict, "ConditionalRequestConflict") => ObjectStoreError.AlreadyExists,
            (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, _) => ObjectStoreError.Denied,
            (HttpStatusCode.TooManyRequests, _) or (_, "SlowDown") => ObjectStoreError.Throttled,
            (_, "EntityTooLarge") => ObjectStoreError.TooLarge,
            _ => ObjectStoreError.Unavailable,
        };
        return new ObjectStoreException(error, $"S3 refused: {refused.ErrorCode}.", refused)
        {
            Permission = error is ObjectStoreError.Denied ? permission : null,
            Region = error is ObjectStoreError.WrongRegion ? RegionOf(refused) : null,
        };
    }

    // In a header, or at the end of a sentence: "the region 'us-east-1' is wrong; expecting 'eu-west-1'". Both are text from
    // outside. The SDK keeps the element of the body that says it to itself.
    private static string? RegionOf(AmazonServiceException refused)
    {
        var header = (refused.InnerException as HttpErrorResponseException)?.Response.GetHeaderValue("x-amz-bucket-region");
        if (header is { Length: > 0 })
        {
            return RegionName.IsMatch(header) ? header : null;
        }

        var sentence = ExpectedRegion.Match(refused.Message);
        return sentence.Success ? sentence.Groups[1].Value : null;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex RegionName { get; }

    [GeneratedRegex("expecting '([a-z0-9][a-z0-9-]{0,62})'")]
    private static partial Regex ExpectedRegion { get; }

    /// <summary>A failure to get credentials: from their source, or from STS.</summary>
    public static ObjectStoreException OfCredentials(Exception e) => e is AmazonServiceException { StatusCode: not 0 } sts
        ? sts.StatusCode is HttpStatusCode.Forbidden && sts.ErrorCode is "AccessDenied"
            ? new ObjectStoreException(ObjectStoreError.Denied, "STS refused the role.", e) { Permission = "sts:AssumeRole" }
            : new ObjectStoreException(
                sts.ErrorCode is "Throttling" ? ObjectStoreError.Throttled : ObjectStoreError.BadCredentials,
                $"STS refused: {sts.ErrorCode}.", e)
        : new ObjectStoreException(ObjectStoreError.BadCredentials, "The cluster has no AWS credentials now.", e);
}
