using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Union.Host.Configuration;

/// <summary>An address to dial: a name or an IP address, and a port.</summary>
internal sealed record HostPort(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    public static bool TryParse(string text, [NotNullWhen(true)] out HostPort? address)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            return false;
        }

        var host = text[..colon];
        host = host is ['[', .. var inner, ']'] ? inner : host;
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
        {
            return false;
        }

        address = new HostPort(host, port);
        return true;
    }

    /// <summary>An address to listen on: "localhost" or an IP address; port 0 takes any free one.</summary>
    public static bool TryParseListen(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        var written = text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1:{text[10..]}" : text;
        // Without a colon IPEndPoint.TryParse takes the text for an address with port 0.
        return IPEndPoint.TryParse(written, out address)
            && written[(written.LastIndexOf(':') + 1)..] is { Length: > 0 } port && port.All(char.IsAsciiDigit)
            && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork || written.StartsWith('['))
            && written.Contains(':', StringComparison.Ordinal);
    }
}
