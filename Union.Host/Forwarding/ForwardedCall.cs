using Microsoft.AspNetCore.Http.Features;
using Union.Core.Boundary;
using Union.Host.Tunnel.Accepting;
using Yarp.ReverseProxy.Forwarder;

namespace Union.Host.Forwarding;

/// <summary>
/// What one call is turned into on its way there and back. It does not call the base transformer, which copies headers
/// that nobody named.
/// </summary>
internal sealed class ForwardedCall(string path, string assertion) : HttpTransformer
{
    private readonly List<(string Name, string?[] Values)> _contentHeaders = [];

    /// <summary>Why the call ended other than by the cluster's own answer.</summary>
    public UnionException? Failure { get; private set; }

    /// <summary>The first reason stands: what follows is mostly its consequence.</summary>
    public void Fail(UnionException failure) => Failure ??= failure;

    /// <summary>
    /// The headers that .NET keeps with a body. The proxy makes no body for an empty request, yet an empty message is a
    /// message and needs its type.
    /// </summary>
    public void DescribeContent(HttpContent content)
    {
        foreach (var (name, values) in _contentHeaders)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }
    }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = new Uri(TunnelConnection.Address, path);
        foreach (var (name, values) in httpContext.Request.Headers)
        {
            if (HeaderRules.PassesUp(name) && !proxyRequest.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                _contentHeaders.Add((name, values.ToArray()));
            }
        }

        if (httpContext.Request.Headers.TE == "trailers")
        {
            proxyRequest.Headers.TE.ParseAdd("trailers");
        }

        proxyRequest.Headers.TryAddWithoutValidation(Core.Boundary.Clusters.Assertion.Header, assertion);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false;
        }

        if (!IsRpcAnswer(proxyResponse))
        {
            Fail(ForwardFailures.Refused());
            return false;
        }

        var response = httpContext.Response;
        response.StatusCode = (int)proxyResponse.StatusCode;
        foreach (var (name, values) in proxyResponse.Headers.NonValidated.Concat(proxyResponse.Content.Headers.NonValidated))
        {
            if (HeaderRules.PassesDown(name))
            {
                response.Headers.Append(name, values.ToArray());
            }
        }

        SafeHeaders.Add(response.Headers);
        if (!proxyResponse.Headers.NonValidated.Contains("grpc-status"))
        {
            // Headers would wait for the first byte of the body, a second on a stream that has nothing to say yet.
            await response.StartAsync(cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }

        return true;
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (httpContext.Features.Get<IHttpResponseTrailersFeature>() is not { Trailers: { IsReadOnly: false } trailers })
        {
            return ValueTask.CompletedTask;
        }

        if (Failure is { } failure)
        {
            foreach (var (name, value) in RpcStatus.Trailers(failure))
            {
                trailers[name] = value;
            }

            return ValueTask.CompletedTask;
        }

        foreach (var (name, values) in proxyResponse.TrailingHeaders.NonValidated)
        {
            if (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
            {
                trailers.Append(name, values.ToArray());
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsRpcAnswer(HttpResponseMessage answer) =>
        (int)answer.StatusCode is 200 or (>= 400 and < 600)
        && answer.Content.Headers.NonValidated.TryGetValues("content-type", out var types) && types.Count == 1
        && RpcContent.IsKnown(types.ToString())
        && answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .All(h => HeaderRules.PassesDown(h.Key) || HeaderRules.EndsHere(h.Key));
}
