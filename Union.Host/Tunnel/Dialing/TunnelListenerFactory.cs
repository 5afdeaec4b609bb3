using System.Net;
using Microsoft.AspNetCore.Connections;
using Union.Core.Boundary.Clusters;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tunnel.Dialing;

/// <summary>Lets Kestrel "accept" the connections that the cluster dials; ordinary endpoints go on beside it.</summary>
internal sealed class TunnelListenerFactory(
    ControlPlaneDialer dialer, ControlPlaneAddresses addresses, ClusterCredentials credentials,
    IMemoryPoolFactory<byte> memory, TunnelOptions options, TimeProvider time, ILogger<TunnelSlot> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is TunnelEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var tunnel = (TunnelEndPoint)endpoint;
        var pool = memory.Create();
        TunnelSlot Slot(HostAndPort address, int number) =>
            new(number, address, dialer, credentials, pool, options, time, logger);
#pragma warning disable CA2000 // Owned by Kestrel.
        return ValueTask.FromResult<IConnectionListener>(new TunnelListener(tunnel, addresses, Slot, pool));
#pragma warning restore CA2000
    }
}
