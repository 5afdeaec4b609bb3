using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Local.Objects;

namespace Union.Host.Objects;

/// <summary>
/// One request with a signed URL of the file store. The signature is checked over the raw target, since a path that
/// was decoded or normalised is another one; answers never repeat any part of the request.
/// </summary>
internal sealed class FileObjectEndpoint(FileObjectStore store, FileUrlSigner signer, FileObjectStoreOptions options)
{
    public async Task ServeAsync(HttpContext context)
    {
        Harden(context.Response.Headers);
        if (!LoopbackOnly.Allows(context))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Not served under this name.");
            return;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var verdict = signer.Verify(context.Request.Method, target, out var grant);
        if (grant is null || !CarriesPromises(context.Request, grant))
        {
            var why = verdict is FileUrlVerdict.Expired ? "The link has expired." : "The link does not allow this request.";
            await RefuseAsync(context, StatusCodes.Status403Forbidden, why);
            return;
        }

        try
        {
            await (grant.Verb is PresignVerb.Put ? ReceiveAsync(context, grant) : SendAsync(context, grant));
        }
        catch (ObjectStoreException e) when (!context.Response.HasStarted)
        {
            var (status, text) = Describe(e.Error);
            await RefuseAsync(context, status, text);
        }
    }

    private static void Harden(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // A report is a page that a task wrote: it may show itself and do nothing else.
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
    }

    private static bool CarriesPromises(HttpRequest request, PresignGrant grant) =>
        (grant.ContentLength is null || request.ContentLength == grant.ContentLength)
        && (grant.ContentMd5 is not { } md5 || request.Headers.ContentMD5 == Convert.ToBase64String(md5.Span))
        && (!grant.CreateOnly || request.Headers.IfNoneMatch == "*");

    private async Task SendAsync(HttpContext context, PresignGrant grant)
    {
        var found = await store.HeadAsync(grant.Key, context.RequestAborted)
            ?? throw new ObjectStoreException(ObjectStoreError.NotFound, "There is no such object.");
        await using var content = await store.OpenReadAsync(grant.Key, 0, context.RequestAborted);
        if (grant.ResponseContentDisposition is not null)
        {
            context.Response.Headers.ContentDisposition = grant.ResponseContentDisposition;
        }

        var type = grant.ResponseContentType ?? "application/octet-stream";
        var tag = new EntityTagHeaderValue($"\"{found.Tag}\"");
        var answer = TypedResults.Stream(content, type, null, found.Modified, tag, enableRangeProcessing: true);
        await answer.ExecuteAsync(context);
    }

    private async Task ReceiveAsync(HttpContext context, PresignGrant grant)
    {
        // Kestrel's own limit is 30 MB; ours counts while reading, with or without a declared length.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Request.ContentLength > options.UploadMax)
        {
            throw new ObjectStoreException(ObjectStoreError.TooLarge, "The upload is larger than allowed.");
        }

        await using var content = new PromisedStream(
            context.Request.Body, options.UploadMax, grant.ContentLength, grant.ContentMd5);
        var mode = grant.CreateOnly ? PutMode.CreateOnly : PutMode.Replace;
        await store.PutAsync(grant.Key, content, mode, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private static (int Status, string Text) Describe(ObjectStoreError error) => error switch
    {
        ObjectStoreError.NotFound => (StatusCodes.Status404NotFound, "There is no such object."),
        ObjectStoreError.AlreadyExists => (StatusCodes.Status412PreconditionFailed, "The object exists already."),
        ObjectStoreError.Invalid => (StatusCodes.Status409Conflict, "The content is not the one that was promised."),
        ObjectStoreError.TooLarge => (StatusCodes.Status413PayloadTooLarge, "The content is larger than allowed."),
        ObjectStoreError.Denied => (StatusCodes.Status403Forbidden, "The store denied access."),
        _ => (StatusCodes.Status503ServiceUnavailable, "The store is not available."),
    };

    private static Task RefuseAsync(HttpContext context, int status, string text)
    {
        context.Response.Clear();
        Harden(context.Response.Headers);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
