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
        var code = await CodeOfAsync(answer, cancellationToken);
        var error = (answer.StatusCode, code) switch
        {
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
            Permission = error is ObjectStoreError.Denied ? permission : null,
        };
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var bounded = new MemoryStream();
            await body.CopyBoundedAsync(bounded, MaxErrorBytes, cancellationToken);
            bounded.Position = 0;
            return bounded.Length == 0 ? null : XDocument.Load(bounded).Root?.Element("Code")?.Value;
        }
        catch (Exception e) when (e is XmlException or IOException or HttpRequestException or Core.Boundary.UnionException)
        {
            return null;
        }
    }
}
