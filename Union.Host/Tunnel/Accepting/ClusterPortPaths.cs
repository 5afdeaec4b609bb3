using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Union.Host.Forwarding;
using Union.Core.Boundary;

namespace Union.Host.Tunnel.Accepting;

/// <summary>
/// Keeps the ports of the control plane apart, by the connection that a request came on: a cluster reaches the
/// coordinator, a stranger one enrolment, and a client of any other port neither.
/// </summary>
internal static class ClusterPortPaths
{
    private const int MaxEnrollBytes = 16 * 1024;
    // Written out: the generated descriptors would be read at every start for three words.
    private const string CoordinatorPrefix = "/union.cluster.v1.Coordinator/";
    private const string RenewPath = CoordinatorPrefix + "Renew";
    private const string EnrollPath = "/union.enroll.v1.EnrollService/Enroll";

    /// <summary>First in the pipeline of the control plane.</summary>
    public static IApplicationBuilder UseClusterPort(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<EnrollConnection>() is { } stranger)
        {
            return OnEnrollAsync(context, stranger, next);
        }

        return context.Features.Get<ClusterConnection>() is { } cluster
            ? OnCoordinatorAsync(context, cluster, next)
            : OnOtherPortAsync(context, next);
    });

    private static Task OnEnrollAsync(HttpContext context, EnrollConnection stranger, RequestDelegate next)
    {
        // The connection ends after this call, whatever it was.
        CloseAfterwards(context);
        if (Path(context) != EnrollPath || !stranger.TryBeginOnlyCall())
        {
            return RefuseAsync(context);
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxEnrollBytes;
        return next(context);
    }

    private static Task OnCoordinatorAsync(HttpContext context, ClusterConnection cluster, RequestDelegate next)
    {
        if (!Path(context).StartsWith(CoordinatorPrefix, StringComparison.Ordinal))
        {
            return RefuseAsync(context);
        }

        if (cluster.Expired)
        {
            // With its new certificate the cluster dials again: this connection stays what it was.
            CloseAfterwards(context);
            if (Path(context) != RenewPath)
            {
                return RpcRefusal.WriteAsync(context, new UnionException(
                    ErrorCode.PermissionDenied, "certificate_expired", "The cluster's certificate has ended.",
                    "Only a renewal is possible with it."));
            }
        }

        return next(context);
    }

    private static Task OnOtherPortAsync(HttpContext context, RequestDelegate next) =>
        Path(context).StartsWith(CoordinatorPrefix, StringComparison.Ordinal) || Path(context) == EnrollPath
            ? RefuseAsync(context)
            : next(context);

    private static string Path(HttpContext context) => context.Request.Path.Value ?? "";

    private static Task RefuseAsync(HttpContext context) => RpcRefusal.WriteAsync(context, new UnionException(
        ErrorCode.Unimplemented, "not_served_here", "This port does not serve that method."));

    private static void CloseAfterwards(HttpContext context) =>
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
