using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Aws.Objects;

namespace Union.Providers.Tests.Aws;

public sealed class S3FailuresTests
{
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "SignatureDoesNotMatch", ObjectStoreError.BadCredentials, "object_store_credentials")]
    [InlineData(HttpStatusCode.Forbidden, "InvalidAccessKeyId", ObjectStoreError.BadCredentials, "object_store_credentials")]
    [InlineData(HttpStatusCode.BadRequest, "ExpiredToken", ObjectStoreError.BadCredentials, "object_store_credentials")]
    [InlineData(HttpStatusCode.Forbidden, "RequestTimeTooSkewed", ObjectStoreError.ClockSkewed, "object_store_clock_skewed")]
    [InlineData(HttpStatusCode.MovedPermanently, "PermanentRedirect", ObjectStoreError.WrongRegion, "object_store_region_wrong")]
    [InlineData(HttpStatusCode.BadRequest, "AuthorizationHeaderMalformed", ObjectStoreError.WrongRegion, "object_store_region_wrong")]
    [InlineData(HttpStatusCode.NotFound, "NoSuchBucket", ObjectStoreError.NoBucket, "object_store_bucket_missing")]
    [InlineData(HttpStatusCode.NotFound, "NoSuchKey", ObjectStoreError.NotFound, "object_missing")]
    [InlineData(HttpStatusCode.Conflict, "ConditionalRequestConflict", ObjectStoreError.AlreadyExists, "object_exists")]
    [InlineData(HttpStatusCode.Forbidden, "AccessDenied", ObjectStoreError.Denied, "object_store_denied")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "SlowDown", ObjectStoreError.Throttled, "object_store_throttled")]
    [InlineData(HttpStatusCode.BadRequest, "EntityTooLarge", ObjectStoreError.TooLarge, "object_too_large")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError", ObjectStoreError.Unavailable, "object_store_unavailable")]
    public void Translate_EveryRefusal_HasAnErrorAndAReasonOfItsOwn(
        HttpStatusCode status, string code, ObjectStoreError error, string reason)
    {
        var refused = new AmazonS3Exception("no", ErrorType.Sender, code, "1", status);

        var translated = S3Failures.Translate(refused, "s3:GetObject");

        Assert.Equal(error, translated.Error);
        Assert.Equal(reason, translated.ToAnswer().Reason);
        Assert.Equal(error is ObjectStoreError.Denied ? "s3:GetObject" : null, translated.Permission);
    }

    [Fact]
    public void Translate_NoAnswer_IsUnavailable_AndNoCredentials_IsSaid()
    {
        Assert.Equal(
            ObjectStoreError.Unavailable, S3Failures.Translate(new HttpRequestException("no"), "s3:GetObject").Error);
        Assert.Equal(
            ObjectStoreError.BadCredentials, S3Failures.Translate(new AmazonClientException("none"), "s3:GetObject").Error);
    }
}
