using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Union.Host.Cli.Client;

/// <summary>
/// What UNION_ACTIONS holds: <c>127.0.0.1:8703/a/TOKEN</c>, or <c>unix:/run/union/actions.sock:/a/TOKEN</c> for a task
/// with a network of its own.
/// </summary>
/// <param name="Uri">What calls name as their host.</param>
/// <param name="Path">Precedes the path of each call.</param>
/// <param name="Socket">Where calls go instead of to that host.</param>
internal sealed record ActionsAddress(Uri Uri, string Path, UnixDomainSocketEndPoint? Socket)
{
    private const string Scheme = "unix:";
    private const int MaxSocketBytes = 107;

    /// <summary>Null for what is neither: a capability goes to no other machine.</summary>
    public static ActionsAddress? Parse(string address) =>
        address.StartsWith(Scheme, StringComparison.Ordinal) ? ParseSocket(address[Scheme.Length..]) : ParsePort(address);

    private static ActionsAddress? ParseSocket(string address)
    {
        var end = address.LastIndexOf(":/", StringComparison.Ordinal);
        return end > 0 && address[0] == '/' && Encoding.UTF8.GetByteCount(address[..end]) <= MaxSocketBytes
            ? new ActionsAddress(new Uri("http://localhost"), address[(end + 1)..], new UnixDomainSocketEndPoint(address[..end]))
            : null;
    }

    private static ActionsAddress? ParsePort(string address)
    {
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && Uri.TryCreate($"http://{address[..slash]}", UriKind.Absolute, out var uri)
            && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)))
            ? new ActionsAddress(uri, address[slash..], null)
            : null;
    }
}
