using Union.Core.Boundary;
using Union.Host.Forwarding;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Accepting;
using Union.Host.Tunnel.Dialing;

namespace Union.Host.Listening;

/// <summary>Refuses what <see cref="HostRules"/> refuses, on every port that a browser can reach.</summary>
internal static class HostGuard
{
    /// <summary>First in the pipeline of either plane.</summary>
    public static IApplicationBuilder UseHostGuard(this IApplicationBuilder app, HostRules rules) => app.Use((context, next) =>
    {
        if (IsBetweenPlanes(context) || (rules.AllowsHost(context) && rules.AllowsOrigin(context)))
        {
            return next(context);
        }

        return RpcRefusal.WriteAsync(context, rules.AllowsHost(context)
            ? new UnionException(
                ErrorCode.PermissionDenied, "origin_refused", "The call comes from a web page of another address.",
                "List its origin in controlPlane.clients.origins.")
            : new UnionException(
                ErrorCode.PermissionDenied, "host_refused", "The call names a host that this server does not go by.",
                "Set controlPlane.clients.publicUrl to the address that clients use."));
    });

    // Mutual TLS with protocols of our own: no browser speaks those.
    private static bool IsBetweenPlanes(HttpContext context) =>
        context.Features.Get<IReversedConnection>() is not null || context.Features.Get<ClusterConnection>() is not null
        || context.Features.Get<EnrollConnection>() is not null;
}
