using System.Net;
using System.Xml;
using System.Xml.Linq;
using Google;
using Google.Apis.Auth.OAuth2.Responses;
using Union.Core.ComputePlane.Objects;

namespace Union.Providers.Gcp.Objects;

internal static class GcsFailures
{
    private const int MaxErrorBytes = 16 * 1024;

    private const string KeyPermission = "cloudkms.cryptoKeyVersions.useToEncrypt for Cloud Storage's service agent";

    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        HttpRequestException or IOException or XmlException or TokenResponseException or GoogleApiException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    // Our own requests look at their answers themselves, so an answer that became an exception was one to the request for
    // a token.
    public static ObjectStoreException Translate(Exception e) => e is TokenResponseException or GoogleApiException
        or HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden }
        ? new ObjectStoreException(ObjectStoreError.BadCredentials, "Google gave the cluster no token.", e)
        : new ObjectStoreException(ObjectStoreError.Unavailable, "Cloud Storage could not be reached.", e);

    /// <summary>What an answer that is no success says. https://cloud.google.com/storage/docs/xml-api/reference-status</summary>
    public static async Task<ObjectStoreException> OfAsync(
        HttpResponseMessage answer, string permission, CancellationToken cancellationToken)
    {
        var (code, isOfKey) = await CodeOfAsync(answer, cancellationToken);
        var error = (answer.StatusCode, code) switch
        {
            (not HttpStatusCode.Forbidden, _) when isOfKey => ObjectStoreError.KeyUnusable,
            (_, "NoSuchBucket") => ObjectStoreError.NoBucket,
            (_, "RequestTimeTooSkewed") => ObjectStoreError.ClockSkewed,
            (_, "EntityTooLarge") => ObjectStoreError.TooLarge,
            (HttpStatusCode.NotFound, _) => ObjectStoreError.NotFound,
            (HttpStatusCode.PreconditionFailed, _) => ObjectStoreError.AlreadyExists,
            (HttpStatusCode.Unauthorized, _) => ObjectStoreError.BadCredentials,
            (HttpStatusCode.Forbidden, _) => ObjectStoreError.Denied,
            (HttpStatusCode.TooManyRequests, _) or (_, "SlowDown") => ObjectStoreError.Throttled,
            _ => ObjectStoreError.Unavailable,
        };
        return new ObjectStoreException(error, $"Cloud Storage refused: {(int)answer.StatusCode} {code}.")
        {
            Permission = error is not ObjectStoreError.Denied ? null : isOfKey ? KeyPermission : permission,
        };
    }

    // Of a key there is no code of its own, but a sentence that names the service.
    private static async Task<(string? Code, bool IsOfKey)> CodeOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var bounded = new MemoryStream();
            await body.CopyBoundedAsync(bounded, MaxErrorBytes, cancellationToken);
            bounded.Position = 0;
            var error = bounded.Length == 0 ? null : XDocument.Load(bounded).Root;
            return (error?.Element("Code")?.Value, error?.Value.Contains("Cloud KMS", StringComparison.Ordinal) is true);
        }
        catch (Exception e) when (e is XmlException or IOException or HttpRequestException or Core.Boundary.UnionException)
        {
            return (null, false);
        }
    }
}
