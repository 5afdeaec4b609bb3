using Grpc.Core;
using Grpc.Net.Client;
using Union.Core.Boundary.Clusters;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Tunnel.Dialing;

/// <summary>
/// The cluster's own calls to the coordinator. It connects when called and reconnects by itself, to whichever replica
/// answers: the session is the control plane's, and every replica knows it.
/// </summary>
internal sealed class CoordinatorChannel : IDisposable
{
    // Older connections are left behind, so that a renewed certificate comes into use without a restart.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);

    private readonly ControlPlaneDialer _dialer;
    private readonly ControlPlaneAddresses _addresses;
    private readonly ClusterCredentials _credentials;
    private readonly GrpcChannel _channel;
    private HostAndPort? _last;

    public CoordinatorChannel(ControlPlaneDialer dialer, ControlPlaneAddresses addresses, ClusterCredentials credentials)
    {
        (_dialer, _addresses, _credentials) = (dialer, addresses, credentials);
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
                ConnectCallback = async (_, cancellationToken) => (await DialAsync(cancellationToken)).Tls,
            },
        });
    }

    public CallInvoker CallInvoker => field ??= _channel.CreateCallInvoker();

    public void Dispose() => _channel.Dispose();

    // The one that answered last, then the others in their order.
    private async Task<DialledStream> DialAsync(CancellationToken cancellationToken)
    {
        var current = _credentials.Current;
        var addresses = _addresses.All.OrderBy(address => address != _last).ToList();
        for (var i = 0; ; i++)
        {
            try
            {
                var dialled = await _dialer.DialAsync(
                    addresses[i], Alpn.Coordinator, current.Tls, current.Trusts, cancellationToken);
                _last = addresses[i];
                return dialled;
            }
            catch (DialRefusedException) when (i + 1 < addresses.Count)
            {
                // The next may answer; what the last one says is told.
            }
        }
    }
}
