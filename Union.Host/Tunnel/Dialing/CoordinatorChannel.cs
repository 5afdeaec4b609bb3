using Grpc.Core;
using Grpc.Net.Client;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tunnel.Dialing;

/// <summary>The cluster's own calls to the coordinator. It connects when called and reconnects by itself.</summary>
internal sealed class CoordinatorChannel : IDisposable
{
    // Older connections are left behind, so that a renewed certificate comes into use without a restart.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);

    private readonly GrpcChannel _channel;

    public CoordinatorChannel(ControlPlaneDialer dialer, ClusterCredentials credentials) =>
        _channel = GrpcChannel.ForAddress("http://union-control-plane", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ActivityHeadersPropagator = null,
                EnableMultipleHttp2Connections = true,
                PooledConnectionLifetime = MaxAge,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                KeepAlivePingDelay = PingDelay,
                KeepAlivePingTimeout = PingDelay,
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var current = credentials.Current;
                    var dialled = await dialer.DialAsync(
                        current.ControlPlane, Alpn.Coordinator, current.Tls, current.Trusts, cancellationToken);
                    return dialled.Tls;
                },
            },
        });

    public CallInvoker CallInvoker => field ??= _channel.CreateCallInvoker();

    public void Dispose() => _channel.Dispose();
}
