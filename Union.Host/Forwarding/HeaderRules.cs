using System.Collections.Frozen;

namespace Union.Host.Forwarding;

/// <summary>Which headers cross the forwarder. What is not named here does not.</summary>
internal static class HeaderRules
{
    private static readonly FrozenSet<string> Requests = new[]
    {
        "content-type", "content-encoding", "accept-encoding", "x-request-id", "user-agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Responses = new[]
    {
        "content-type", "content-encoding", "accept-encoding",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // The cluster's own server adds these to every answer; they describe a hop, so they end here without harm.
    private static readonly FrozenSet<string> OfTheHop = new[]
    {
        "date", "server", "content-length", "transfer-encoding", "trailer",

        // On the cluster's refusals, as on those of this side, which sets its own.
        "cache-control", "x-content-type-options", "content-security-policy",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool PassesUp(string name) => Requests.Contains(name) || IsRpc(name);

    public static bool PassesDown(string name) => Responses.Contains(name) || IsRpc(name);

    public static bool EndsHere(string name) => OfTheHop.Contains(name);

    private static bool IsRpc(string name) =>
        name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("connect-", StringComparison.OrdinalIgnoreCase);
}
