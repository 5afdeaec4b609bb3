using System.Net;
using Union.Core.Boundary;
using Union.Host.Forwarding;
using Union.Host.Ops;

namespace Union.Host.Listening;

/// <summary>
/// A plain client port behind proxies that end TLS: only those networks may connect, and only with what they took in
/// over https.
/// </summary>
internal static class TlsProxies
{
    /// <summary>Before the host guard, which compares origins with the scheme that the client used.</summary>
    public static IApplicationBuilder UseTlsProxies(this IApplicationBuilder app, IReadOnlyList<IPNetwork> proxies) =>
        proxies.Count == 0 ? app : app.Use((context, next) =>
        {
            if (!context.CameBy(PortKind.Clients))
            {
                return next(context);
            }

            if (context.Connection.RemoteIpAddress is not { } remote || !proxies.Any(p => Contains(p, remote)))
            {
                return RefuseAsync(context, "proxy_unknown", "The connection does not come from a proxy that ends TLS.");
            }

            if (context.Request.Headers["x-forwarded-proto"] != "https")
            {
                return RefuseAsync(context, "proxy_plain", "The proxy does not say that the client used https.");
            }

            context.Request.Scheme = "https";
            return next(context);
        });

    private static bool Contains(IPNetwork network, IPAddress address) =>
        network.Contains(address) || (address.IsIPv4MappedToIPv6 && network.Contains(address.MapToIPv4()));

    private static Task RefuseAsync(HttpContext context, string reason, string message) => RpcRefusal.WriteAsync(
        context, new UnionException(
            ErrorCode.PermissionDenied, reason, message, "controlPlane.clients.tls.proxies lists the proxies; each sets X-Forwarded-Proto."));
}
