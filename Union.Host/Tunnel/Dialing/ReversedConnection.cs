using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Union.Host.Tunnel.Dialing;

/// <summary>
/// A dialled connection in the form in which Kestrel takes accepted ones. It has no TLS feature on purpose: Kestrel
/// would look for ALPN h2, and the tunnel has its own.
/// </summary>
internal sealed class ReversedConnection : ConnectionContext, IReversedConnection, IConnectionLifetimeFeature
{
    // 4 KiB, the default, become 4 KiB TLS records and cost a third of the throughput.
    private const int WriteBuffer = 64 * 1024;

    private readonly DialledStream _dialled;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    public ReversedConnection(DialledStream dialled, string id, MemoryPool<byte> memory)
    {
        _dialled = dialled;
        ConnectionId = id;
        ConnectionClosed = _closed.Token;
        Transport = new Duplex(
            PipeReader.Create(dialled.Tls, new StreamPipeReaderOptions(memory, leaveOpen: true)),
            PipeWriter.Create(dialled.Tls, new StreamPipeWriterOptions(memory, WriteBuffer, leaveOpen: true)));
        Features.Set<IReversedConnection>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IMemoryPoolFeature>(new Memory(memory));
        LocalEndPoint = dialled.Connection.LocalEndPoint;
        RemoteEndPoint = dialled.Connection.RemoteEndPoint;
    }

    /// <summary>Completes when Kestrel has let go of it.</summary>
    public Task Done => _done.Task;

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    /// <param name="abortReason">Kestrel passes null when the connection closes by itself.</param>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        _dialled.Connection.Abort(abortReason ?? new ConnectionAbortedException("The reversed connection was closed."));
        Close();
    }

    public override void Abort() => Abort(null);

#pragma warning disable CA2215 // The second call has nothing left to do.
    public override async ValueTask DisposeAsync()
#pragma warning restore CA2215
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Completing writes what is left, which fails on a broken connection; the slot must hear of the end either way.
        try
        {
            await Transport.Input.CompleteAsync();
            await Transport.Output.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            _dialled.Connection.Abort();
        }
        finally
        {
            try
            {
                await _dialled.DisposeAsync();
            }
            finally
            {
                Close();
                _done.TrySetResult();
            }
        }

        await base.DisposeAsync();
    }

    private void Close()
    {
        // Off this thread: Kestrel's own callbacks on the token may wait for what called Abort.
        ThreadPool.UnsafeQueueUserWorkItem(static c => c.Cancel(), _closed, preferLocal: false);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed record Memory(MemoryPool<byte> MemoryPool) : IMemoryPoolFeature;
}

/// <summary>Marks requests that came down the tunnel: only these may reach what the cluster serves to the other plane.</summary>
internal interface IReversedConnection;
