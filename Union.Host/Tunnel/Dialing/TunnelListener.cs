using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Dialing;

internal sealed class TunnelListener : IConnectionListener
{
    private readonly Channel<ConnectionContext> _accepted;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IDisposable _memory;
    private readonly Task _slots;

    public TunnelListener(TunnelEndPoint endPoint, IReadOnlyList<TunnelSlot> slots, IDisposable memory)
    {
        EndPoint = endPoint;
        _memory = memory;
        _accepted = Channel.CreateBounded<ConnectionContext>(slots.Count);
        _slots = Task.WhenAll(slots.Select(s => Task.Run(() => s.RunAsync(_accepted.Writer, _stopping.Token))));
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        // Null tells Kestrel that the listener is closed.
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        await _stopping.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_accepted.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }

        await _slots;
        _stopping.Dispose();
        _memory.Dispose();
    }
}
