using System.Net;
using Union.Host.Configuration;

namespace Union.Host.Listening;

/// <summary>
/// Tells callers of this server from a web page whose name was made to lead here (DNS rebinding): such a page's request
/// names its own host, and a script's names its Origin. An address cannot be rebound; a name must be listed.
/// </summary>
internal sealed class HostRules(IEnumerable<string> names, IEnumerable<string> origins)
{
    private readonly HashSet<string> _names = new(names.Append("localhost"), StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _origins = new(origins, StringComparer.Ordinal);

    public static HostRules Of(ClientsConfiguration clients) => new(
        clients.PublicUrl is { } url ? [url.Host] : [],
        clients.PublicUrl is { } own ? clients.Origins.Append(own.GetLeftPart(UriPartial.Authority)) : clients.Origins);

    public bool AllowsHost(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return _names.Contains(host)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsOwn(address, context.Connection.LocalIpAddress));
    }

    public bool AllowsOrigin(HttpContext context) => context.Request.Headers.Origin switch
    {
        { Count: 0 } => true,
        { Count: 1 } origin => origin == $"{context.Request.Scheme}://{context.Request.Host}" || _origins.Contains(origin[0]!),
        _ => false,
    };

    private static bool IsOwn(IPAddress address, IPAddress? local) =>
        local is not null && Unmapped(address).Equals(Unmapped(local));

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
