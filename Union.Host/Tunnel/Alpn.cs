using System.Net.Security;

namespace Union.Host.Tunnel;

/// <summary>What a connection to the cluster port is for. TLS names it, so one port serves all three.</summary>
internal static class Alpn
{
    /// <summary>Roles turn round after one byte each way: the control plane calls the cluster.</summary>
    public static readonly SslApplicationProtocol Tunnel = new("union-tunnel/1");

    /// <summary>The cluster calls the coordinator like any gRPC client.</summary>
    public static readonly SslApplicationProtocol Coordinator = SslApplicationProtocol.Http2;

    /// <summary>One call without a client certificate, HTTP/2 as well.</summary>
    public static readonly SslApplicationProtocol Enroll = new("union-enroll/1");
}
