using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Union.Core.Boundary.Clusters;

/// <summary>An address such as <c>union.example.com:8701</c> or <c>[::1]:8701</c>; the host has no brackets here.</summary>
public sealed record HostAndPort(string Host, int Port)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out HostAndPort? address)
    {
        address = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon <= 0
            || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            return false;
        }

        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
        {
            host = inner;
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        if (host.Length > 253 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        address = new HostAndPort(host, port);
        return true;
    }

    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
