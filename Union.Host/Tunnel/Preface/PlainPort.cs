using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Union.Host.Tunnel.Preface;

/// <summary>A port or unix socket without TLS that speaks HTTP/1.1 and HTTP/2, which Kestrel itself refuses for want of ALPN.</summary>
internal static class PlainPort
{
    public static IServiceCollection AddPlainPorts(this IServiceCollection services) =>
        services.AddSingleton<IConnectionListenerFactory, PrefaceListenerFactory>();

    /// <summary>Needs <see cref="AddPlainPorts"/>.</summary>
    /// <param name="configure">Applied to the listeners of both protocols.</param>
    public static void ListenPlain(
        this KestrelServerOptions kestrel, EndPoint endPoint, Action<ListenOptions>? configure = null)
    {
        var http2 = new PrefaceEndPoint(endPoint);
        var sniffer = new PrefaceSniffer(http2, kestrel.ApplicationServices.GetRequiredService<TimeProvider>());
        kestrel.Listen(http2, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            configure?.Invoke(listen);
        });
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            configure?.Invoke(listen);
            listen.Use(next => connection => sniffer.OnConnectedAsync(connection, next));
        });
    }
}
