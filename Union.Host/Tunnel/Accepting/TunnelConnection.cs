using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary.Identity;
using ClusterApi = Union.Contracts.Cluster.V1.Cluster;

namespace Union.Host.Tunnel.Accepting;

/// <summary>
/// One reversed connection as the control plane uses it: a handler of its own, whose only connection is this one. A
/// shared pool would open the second connection only when the first has no stream left.
/// </summary>
internal sealed class TunnelConnection : IDisposable
{
    // The cluster allows 1000; what is left serves the control plane's own calls when clients fill the rest.
    public const int MaxForwarded = 900;

    private const int MaxMessageBytes = 16 * 1024 * 1024;
    private const int StreamWindow = 1024 * 1024;
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);

    private readonly ReversedStream _stream;
    private readonly GrpcChannel _channel;
    private readonly HttpMessageHandler _handler;
    private int _taken;
    private int _forwarded;

    public TunnelConnection(ClusterIdentity cluster, Stream stream)
    {
        Cluster = cluster;
        _stream = new ReversedStream(stream);
        _handler = NewHandler();
        Invoker = new HttpMessageInvoker(_handler, disposeHandler: false);
        _channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions
        {
            HttpHandler = _handler,
            MaxReceiveMessageSize = MaxMessageBytes,
            MaxSendMessageSize = MaxMessageBytes,
        });
        CallInvoker = _channel.CreateCallInvoker();
    }

    /// <summary>Plain http means HTTP/2 with prior knowledge: TLS is underneath. The name goes nowhere.</summary>
    public static Uri Address { get; } = new("http://union-cluster");

    public ClusterIdentity Cluster { get; }

    public HttpMessageInvoker Invoker { get; }

    public CallInvoker CallInvoker { get; }

    /// <summary>Completes when the connection is of no further use.</summary>
    public Task Lost => _stream.Closed;

    /// <summary>The cluster said goodbye: calls that run may end, new ones go elsewhere.</summary>
    public bool Draining { get; private set; }

    public int Forwarded => Volatile.Read(ref _forwarded);

    public bool TryBeginForwarding()
    {
        if (Interlocked.Increment(ref _forwarded) <= MaxForwarded)
        {
            return true;
        }

        EndForwarding();
        return false;
    }

    public void EndForwarding() => Interlocked.Decrement(ref _forwarded);

    /// <summary>
    /// Begins HTTP/2 and waits for an answer. Without it neither side would ping, and the cluster's server would drop a
    /// connection that says nothing. What is answered does not matter.
    /// </summary>
    public async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new ClusterApi.ClusterClient(CallInvoker)
                .ProbeAsync(new ProbeRequest(), cancellationToken: cancellationToken);
            return true;
        }
        catch (RpcException e)
        {
            return e.StatusCode is not (StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled
                or StatusCode.DeadlineExceeded);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _channel.Dispose();
        _handler.Dispose();
    }

    private SocketsHttpHandler NewHandler() => new()
    {
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingDelay,
        InitialHttp2StreamWindowSize = StreamWindow,
        ConnectCallback = TakeStreamAsync,
    };

    private ValueTask<Stream> TakeStreamAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _taken, 1) == 0)
        {
            return ValueTask.FromResult<Stream>(_stream);
        }

        // Asked twice: the cluster has sent GOAWAY, or all streams are in use. This connection cannot be made again.
        Draining = true;
        throw new IOException("The cluster's connection takes no new calls.");
    }
}
