using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Union.Host.Api;
using Route = Union.Host.Api.Route;

namespace Union.Host.Forwarding;

/// <summary>A request line below <c>/dp/</c>, taken apart and never put together again from what the client sent.</summary>
internal sealed partial record ForwardTarget(string ClusterId, Route Route)
{
    /// <param name="rawTarget">As on the wire: no percent sign, dot segment or query passes.</param>
    public static bool TryParse(string rawTarget, [NotNullWhen(true)] out ForwardTarget? target)
    {
        target = null;
        if (rawTarget.Length <= 256 && Pattern().Match(rawTarget) is { Success: true } match
            && Routes.TryGet($"/{match.Groups[2].Value}/{match.Groups[3].Value}", out var route)
            && route.ServedBy == ServedBy.Cluster)
        {
            target = new ForwardTarget(match.Groups[1].Value, route);
        }

        return target is not null;
    }

    [GeneratedRegex(@"\A/dp/([a-z0-9-]{1,63})/([A-Za-z0-9_.]+)/([A-Za-z0-9]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
