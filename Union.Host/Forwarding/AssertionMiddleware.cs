using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.ComputePlane.Policy;
using Union.Core.Pipeline;
using Union.Host.Api;
using Union.Host.Tunnel.Dialing;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Forwarding;

/// <summary>
/// Keeps the ports of the compute plane apart. What comes down the tunnel is either the control plane's own call, which
/// the tunnel's mutual TLS authenticates, or a forwarded one with an assertion; nothing else reaches those services.
/// </summary>
internal static class AssertionMiddleware
{
    private const string ClusterPrefix = "/union.cluster.v1.Cluster/";

    /// <summary>First in the pipeline of the compute plane.</summary>
    public static IApplicationBuilder UseAssertions(this IApplicationBuilder app)
    {
        // Made before the server starts: it refuses what was issued before it was there, and the first call is not.
        app.ApplicationServices.GetRequiredService<AssertionVerifier>();
        return app.Use(async (context, next) =>
        {
            try
            {
                Judge(context);
            }
            catch (UnionException e)
            {
                await RpcRefusal.WriteAsync(context, e);
                return;
            }

            await next(context);
        });
    }

    private static void Judge(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var ofControlPlane = path.StartsWith(ClusterPrefix, StringComparison.Ordinal);
        var isForwarded = Routes.TryGet(path, out var route) && route.ServedBy == ServedBy.Cluster;
        var isReversed = context.Features.Get<IReversedConnection>() is not null;
        if (isReversed != (ofControlPlane || isForwarded))
        {
            throw new UnionException(ErrorCode.Unimplemented, "not_served_here", $"This port does not serve {path}.");
        }

        if (!isForwarded)
        {
            return;
        }

        // Two of them are one string with a comma, which is no assertion.
        var services = context.RequestServices;
        var self = services.GetRequiredService<ClusterCredentials>().Current.Identity;
        var call = services.GetRequiredService<AssertionVerifier>().Verify(
            context.Request.Headers[Assertion.Header], self.ClusterId, self.Org, path, route!.Verb, route.Mutates);
        services.GetRequiredService<Caller>().Become(call.Principal, call.RequestId);
    }
}
