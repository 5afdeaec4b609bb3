using System.Net;

namespace Union.Host.Tunnel.Dialing;

/// <summary>What the cluster's server "listens" on instead of a port: connections that it dials itself.</summary>
/// <param name="slots">Connections kept up at once with each replica.</param>
internal sealed class TunnelEndPoint(int slots) : EndPoint
{
    public int Slots { get; } = slots;

    public override string ToString() => $"{Slots} connections to each replica of the control plane";
}
