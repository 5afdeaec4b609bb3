using Union.Core.Boundary;
using Union.Host.Forwarding;

namespace Union.Host.Planes.Compute;

/// <summary>
/// Which kinds of data may pass the control plane in the call itself: <c>policy.relays</c>. What is not named there is
/// refused by the cluster, whatever the control plane asserts; objects by signed URL are not concerned.
/// </summary>
internal static class RelayPolicy
{
    public static IApplicationBuilder UseRelayPolicy(this IApplicationBuilder app, IReadOnlyList<string> relays) =>
        app.Use(async (context, next) =>
        {
            var relay = RelayOf(context.Request.Path.Value ?? "");
            if (relay is null || relays.Contains(relay))
            {
                await next(context);
                return;
            }

            await RpcRefusal.WriteAsync(context, new UnionException(
                ErrorCode.PermissionDenied, "relay_refused",
                $"This cluster does not let {relay} pass the control plane.",
                "Its operator decides that with computePlane.policy.relays."));
        });

    private static string? RelayOf(string path) => path switch
    {
        "/flyteidl2.dataproxy.DataProxyService/TailLogs" or "/flyteidl2.workflow.RunLogsService/TailLogs" => "logs",
        "/flyteidl2.workflow.RunService/WatchClusterEvents" => "events",
        _ when path.StartsWith("/flyteidl2.secret.SecretService/", StringComparison.Ordinal) => "secrets",
        _ => null,
    };
}
