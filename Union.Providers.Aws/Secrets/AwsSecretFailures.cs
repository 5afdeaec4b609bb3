using System.Net;
using Amazon.Runtime;
using Union.Core.ComputePlane.Secrets;

namespace Union.Providers.Aws.Secrets;

internal static class AwsSecretFailures
{
    /// <summary>What the SDK throws when the service, the network or the credentials fail; its own time-out among them.</summary>
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    public static SecretStoreException Translate(Exception e, string permission) => e switch
    {
        AmazonServiceException { StatusCode: not 0 } refused =>
            Of(refused.ErrorCode ?? "", refused.Message, refused.StatusCode, permission, e),
        AmazonClientException => new SecretStoreException(
            SecretStoreError.Unauthenticated, "There are no AWS credentials, or they cannot be had now.", e),
        _ => new SecretStoreException(SecretStoreError.Unavailable, "AWS could not be reached.", e),
    };

    /// <param name="code">What the JSON protocols call <c>__type</c>.</param>
    /// <param name="text">Of the message only two things are read: which key permission is missing, and which way the clock is off.</param>
    public static SecretStoreException Of(
        string code, string? text, HttpStatusCode status, string permission, Exception? inner = null)
    {
        var error = code switch
        {
            "AccessDeniedException" or "AccessDenied" or "EncryptionFailure" or "DecryptionFailure" => SecretStoreError.Denied,

            // The same code says that the secret key is wrong; only the words tell.
            "InvalidSignatureException" when IsAboutTime(text) => SecretStoreError.ClockSkewed,
            "RequestTimeTooSkewed" or "RequestExpired" => SecretStoreError.ClockSkewed,
            "InvalidSignatureException" or "UnrecognizedClientException" or "InvalidClientTokenId"
                or "ExpiredTokenException" or "ExpiredToken" or "MissingAuthenticationTokenException"
                or "IncompleteSignatureException" => SecretStoreError.Unauthenticated,
            "ThrottlingException" or "TooManyUpdates" or "Throttling" => SecretStoreError.Throttled,
            "InvalidKeyId" or "HierarchyLevelLimitExceededException" => SecretStoreError.Misconfigured,
            _ when status is HttpStatusCode.Forbidden => SecretStoreError.Denied,
            _ => SecretStoreError.Unavailable,
        };
        return new SecretStoreException(error, $"AWS refused: {code}.", inner)
        {
            Permission = error is SecretStoreError.Denied ? KeyPermissionIn(code, text) ?? permission : null,
        };
    }

    private static bool IsAboutTime(string? text) =>
        text?.Contains("expired", StringComparison.OrdinalIgnoreCase) is true
        || text?.Contains("not yet current", StringComparison.OrdinalIgnoreCase) is true;

    private static string? KeyPermissionIn(string code, string? text) =>
        code is "DecryptionFailure" || text?.Contains("kms:Decrypt", StringComparison.OrdinalIgnoreCase) is true
            ? "kms:Decrypt on the key of the secrets"
            : code is "EncryptionFailure" || text?.Contains("kms:", StringComparison.OrdinalIgnoreCase) is true
                ? "kms:GenerateDataKey and kms:Decrypt on the key of the secrets" : null;
}
