using System.Net;
using Union.Core.ComputePlane.Objects;

namespace Union.Testing.Objects;

/// <summary>Answers requests with the signed URLs of an <see cref="InMemoryObjectStore"/>.</summary>
internal sealed class InMemoryObjectHandler(
    InMemoryObjectStore store, Func<string, PresignGrant?> find, long uploadMax) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var grant = find(request.RequestUri!.AbsolutePath[1..]);
        if (grant is null || !request.Method.Method.Equals(grant.Verb.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            return new HttpResponseMessage(HttpStatusCode.Forbidden);
        }

        try
        {
            return grant.Verb is PresignVerb.Put
                ? await ReceiveAsync(request, grant, cancellationToken)
                : await SendAsync(grant, cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            return new HttpResponseMessage(e.Error switch
            {
                ObjectStoreError.NotFound => HttpStatusCode.NotFound,
                ObjectStoreError.AlreadyExists => HttpStatusCode.PreconditionFailed,
                _ => HttpStatusCode.Conflict,
            });
        }
    }

    private async Task<HttpResponseMessage> ReceiveAsync(
        HttpRequestMessage request, PresignGrant grant, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStreamAsync(cancellationToken);
        await using var content = new PromisedStream(body, uploadMax, grant.ContentLength, grant.ContentMd5);
        var mode = grant.CreateOnly ? PutMode.CreateOnly : PutMode.Replace;
        await store.PutAsync(grant.Key, content, mode, cancellationToken);
        return new HttpResponseMessage(HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> SendAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        var content = new StreamContent(await store.OpenReadAsync(grant.Key, 0, cancellationToken));
        content.Headers.TryAddWithoutValidation("Content-Type", grant.ResponseContentType ?? "application/octet-stream");
        if (grant.ResponseContentDisposition is { } disposition)
        {
            content.Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        }

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }
}
