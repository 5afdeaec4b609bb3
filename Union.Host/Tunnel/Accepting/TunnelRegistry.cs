using System.Collections.Concurrent;
using System.Collections.Immutable;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Host.Tunnel.Accepting;

/// <summary>The connections of clusters that are up now. It knows nothing about clusters that are away.</summary>
internal sealed partial class TunnelRegistry(TimeProvider time, ILogger<TunnelRegistry> logger)
{
    private const int MaxConnectionsPerCluster = 16;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OnlineWithin = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ImmutableArray<TunnelConnection>> _byCluster = new();
    private readonly ConcurrentDictionary<Tracked, byte> _tracked = new();

    /// <summary>The first connection of a cluster is up.</summary>
    public event Action<ClusterIdentity>? Connected;

    /// <summary>The last connection of a cluster is gone.</summary>
    public event Action<ClusterIdentity>? Lost;

    public int Connections => _byCluster.Values.Sum(connections => connections.Length);

    public int Clusters => _byCluster.Values.Count(connections => !connections.IsEmpty);

    public bool IsOnline(string clusterId) => !Live(clusterId).IsEmpty;

    /// <summary>The connection with the fewest forwarded calls.</summary>
    /// <exception cref="UnionException"><c>cluster_offline</c>: no connection of it is up.</exception>
    public TunnelConnection Pick(string clusterId)
    {
        TunnelConnection? best = null;
        foreach (var connection in Live(clusterId))
        {
            if (!connection.Draining && (best is null || connection.Forwarded < best.Forwarded))
            {
                best = connection;
            }
        }

        return best ?? throw new UnionException(
            ErrorCode.Unavailable, "cluster_offline", $"Cluster {clusterId} has no connection to the control plane.",
            "See that its compute plane runs and reaches the cluster port; it reconnects by itself.");
    }

    /// <summary>
    /// Waits until a connection of the cluster is up: a cluster that is welcomed says that it is ready, and then calls
    /// must find a way to it. Not for long, since it can work without one.
    /// </summary>
    public async Task WaitOnlineAsync(string clusterId, CancellationToken cancellationToken)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Connected += OnConnected;
        try
        {
            if (!IsOnline(clusterId))
            {
                await up.Task.WaitAsync(OnlineWithin, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Connected -= OnConnected;
        }

        void OnConnected(ClusterIdentity cluster)
        {
            if (cluster.ClusterId == clusterId)
            {
                up.TrySetResult();
            }
        }
    }

    /// <summary>Ends every connection of the cluster, in both directions: it was revoked.</summary>
    public void Disconnect(string clusterId)
    {
        foreach (var tracked in _tracked.Keys.Where(t => t.Cluster.ClusterId == clusterId))
        {
            tracked.End();
        }
    }

    /// <summary>Remembers a connection for <see cref="Disconnect"/> until the result is disposed.</summary>
    internal IDisposable Track(ClusterIdentity cluster, Action end)
    {
        var tracked = new Tracked(cluster, end, _tracked);
        _tracked.TryAdd(tracked, 0);
        return tracked;
    }

    /// <summary>Uses a reversed connection until it is lost.</summary>
    internal async Task ServeAsync(ClusterIdentity cluster, Stream stream, CancellationToken closed)
    {
        using var connection = new TunnelConnection(cluster, stream);
        await using var closing = closed.UnsafeRegister(static c => ((TunnelConnection)c!).Dispose(), connection);

        using var timeout = new CancellationTokenSource(ProbeTimeout, time);
        if (!await connection.ProbeAsync(timeout.Token) || !TryAdd(connection, out var first))
        {
            LogRefused(cluster.ClusterId);
            return;
        }

        LogUp(cluster.ClusterId);
        if (first)
        {
            Connected?.Invoke(cluster);
        }

        await connection.Lost;
        LogLost(cluster.ClusterId);
        if (Remove(connection))
        {
            Lost?.Invoke(cluster);
        }
    }

    private ImmutableArray<TunnelConnection> Live(string clusterId) =>
        _byCluster.TryGetValue(clusterId, out var connections) ? connections : [];

    private bool TryAdd(TunnelConnection connection, out bool first)
    {
        var added = false;
        var connections = _byCluster.AddOrUpdate(
            connection.Cluster.ClusterId,
            _ => Append([]),
            (_, present) => Append(present));
        first = connections.Length == 1;
        return added;

        ImmutableArray<TunnelConnection> Append(ImmutableArray<TunnelConnection> present)
        {
            added = present.Length < MaxConnectionsPerCluster;
            return added ? present.Add(connection) : present;
        }
    }

    private bool Remove(TunnelConnection connection) =>
        _byCluster.AddOrUpdate(connection.Cluster.ClusterId, [], (_, present) => present.Remove(connection)).IsEmpty;

    [LoggerMessage(2105, LogLevel.Information, "A connection of cluster {ClusterId} is up.")]
    private partial void LogUp(string clusterId);

    [LoggerMessage(2106, LogLevel.Information, "A connection of cluster {ClusterId} was lost; the cluster dials again.")]
    private partial void LogLost(string clusterId);

    [LoggerMessage(2107, LogLevel.Warning, "A connection of cluster {ClusterId} gave no answer, or is one too many; it was closed.")]
    private partial void LogRefused(string clusterId);

    private sealed class Tracked(ClusterIdentity cluster, Action end, ConcurrentDictionary<Tracked, byte> all) : IDisposable
    {
        public ClusterIdentity Cluster { get; } = cluster;

        public void End() => end();

        public void Dispose() => all.TryRemove(this, out _);
    }
}
