using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Union.Host.Tunnel.Preface;

/// <summary>An accepted connection on its way to another listener; the first one waits until that is done with it.</summary>
internal sealed class HandedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HandedConnection(ConnectionContext inner)
    {
        _inner = inner;
        (ConnectionId, Transport, ConnectionClosed) = (inner.ConnectionId, inner.Transport, inner.ConnectionClosed);
        (LocalEndPoint, RemoteEndPoint) = (inner.LocalEndPoint, inner.RemoteEndPoint);
        if (inner.Features.Get<IMemoryPoolFeature>() is { } memory)
        {
            Features.Set(memory);
        }

        // The server's own features of the first listener must not show through: they belong to its own life.
        Features.Set<IConnectionEndPointFeature>(new EndPoints(inner));
    }

    public Task Done => _done.Task;

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override void Abort(ConnectionAbortedException? abortReason) =>
        _inner.Abort(abortReason ?? new ConnectionAbortedException("The connection was closed."));

    public override ValueTask DisposeAsync()
    {
        _done.TrySetResult();
        return base.DisposeAsync();
    }

    private sealed class EndPoints(ConnectionContext inner) : IConnectionEndPointFeature
    {
        public System.Net.EndPoint? LocalEndPoint { get; set; } = inner.LocalEndPoint;

        public System.Net.EndPoint? RemoteEndPoint { get; set; } = inner.RemoteEndPoint;
    }
}
