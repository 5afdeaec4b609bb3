using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tunnel.Dialing;

internal static class TunnelServiceCollectionExtensions
{
    private const int MaxStreams = 1000;
    private const int ConnectionWindow = 8 * 1024 * 1024;
    private const int StreamWindow = 1024 * 1024;
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);

    /// <summary>Needs <see cref="ClusterCredentials"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddTunnel(this IServiceCollection services, TunnelOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ControlPlaneDialer>()
        .AddSingleton(provider => new ControlPlaneAddresses(
            provider.GetRequiredService<ClusterCredentials>().Current.ControlPlane))
        .AddSingleton<CoordinatorChannel>()
        .AddSingleton<IConnectionListenerFactory, TunnelListenerFactory>();

    /// <summary>Serves the control plane's calls over connections that the cluster dials.</summary>
    public static void ListenTunnel(this KestrelServerOptions kestrel, int connections)
    {
        var http2 = kestrel.Limits.Http2;
        http2.MaxStreamsPerConnection = MaxStreams;
        http2.InitialConnectionWindowSize = ConnectionWindow;
        http2.InitialStreamWindowSize = StreamWindow;
        http2.KeepAlivePingDelay = PingDelay;
        http2.KeepAlivePingTimeout = PingDelay;

        // A watcher that says nothing, or reads slowly, is no attack here: the other end is our control plane.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Listen(new TunnelEndPoint(connections), listen => listen.Protocols = HttpProtocols.Http2);
    }
}
