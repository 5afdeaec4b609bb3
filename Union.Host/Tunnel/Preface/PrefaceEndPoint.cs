using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Preface;

/// <summary>Where connections that began with the HTTP/2 preface are handed to Kestrel's HTTP/2 server.</summary>
internal sealed class PrefaceEndPoint(EndPoint port) : EndPoint
{
    private const int MaxWaiting = 64;

    public Channel<ConnectionContext> Accepted { get; } = Channel.CreateBounded<ConnectionContext>(MaxWaiting);

    public override string ToString() => $"HTTP/2 of {port}";
}
