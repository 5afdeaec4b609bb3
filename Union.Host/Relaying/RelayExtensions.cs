using Union.Host.Api;
using Union.Host.Forwarding;
using Union.Host.Ops;

namespace Union.Host.Relaying;

internal static class RelayExtensions
{
    /// <summary>
    /// Passes a call of a method that clusters serve to its cluster, where a client asked the control plane itself. Stands
    /// before the control plane's own services, which have no type for such a call.
    /// </summary>
    public static IApplicationBuilder UseRelay(this IApplicationBuilder app) => app.Use((context, next) =>
        HttpMethods.IsPost(context.Request.Method) && context.CameBy(PortKind.Clients)
            && Routes.TryGet(context.Request.Path.Value ?? "", out var route) && route.ServedBy == ServedBy.Cluster
                ? context.RequestServices.GetRequiredService<Forwarder>().RelayAsync(context, route)
                : next(context));
}
