
namespace Union.Host.Cli.Client;

/// <summary>Puts a path before each call's own: Grpc.Net.Client drops the path of its address.</summary>
internal sealed class PathPrefixHandler(string prefix, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        request.RequestUri = new Uri(uri, prefix.TrimEnd('/') + uri.AbsolutePath);
        return base.SendAsync(request, cancellationToken);
    }
}
