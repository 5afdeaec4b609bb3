using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
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

        // Somebody else answered, such as a proxy with a page of its own.
        XmlException => true,
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

            // What the key service said, behind its own prefix: KMS.NotFoundException, KMS.DisabledException and so on.
            (_, not null) when refused.ErrorCode.StartsWith("KMS.", StringComparison.Ordinal) => ObjectStoreError.KeyUnusable,

            // Ceph has the code of a wrong access key for that, and says it in its sentence.
            _ when refused.Message?.Contains("kms-keyid", StringComparison.Ordinal) is true => ObjectStoreError.KeyUnusable,
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
            Permission = error is ObjectStoreError.Denied ? KeyPermissionOf(refused) ?? permission : null,
            Region = error is ObjectStoreError.WrongRegion ? RegionOf(refused) : null,
        };
    }

    // A right that is missing on the key, S3 names in its sentence: "... is not authorized to perform: kms:GenerateDataKey".
    private static string? KeyPermissionOf(AmazonServiceException refused) =>
        KeyPermission.Match(refused.Message ?? "") is { Success: true } found ? found.Value : null;

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

    /// <summary>Of the form that all of Amazon's own have.</summary>
    public static bool IsAwsRegion(string text) => AwsRegion.IsMatch(text);

    [GeneratedRegex("^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$")]
    private static partial Regex AwsRegion { get; }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex RegionName { get; }

    [GeneratedRegex("kms:[A-Za-z]{1,40}")]
    private static partial Regex KeyPermission { get; }

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
