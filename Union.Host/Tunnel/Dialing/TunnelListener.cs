using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Union.Core.Boundary.Clusters;

namespace Union.Host.Tunnel.Dialing;

/// <summary>
/// Connections to every address of the control plane. When it names another replica, that one is dialled as well; one
/// that it names no longer is not dialled again.
/// </summary>
internal sealed class TunnelListener : IConnectionListener
{
    private readonly TunnelEndPoint _endPoint;
    private readonly ControlPlaneAddresses _addresses;
    private readonly Func<HostAndPort, int, TunnelSlot> _slot;
    private readonly IDisposable _memory;
    private readonly Channel<ConnectionContext> _accepted;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<HostAndPort, CancellationTokenSource> _dialled = [];
    private readonly List<Task> _running = [];
    private int _slots;

    /// <param name="slot">Makes what keeps one connection to an address, under a number that only logs need.</param>
    public TunnelListener(
        TunnelEndPoint endPoint, ControlPlaneAddresses addresses, Func<HostAndPort, int, TunnelSlot> slot,
        IDisposable memory)
    {
        (_endPoint, _addresses, _slot, _memory) = (endPoint, addresses, slot, memory);
        _accepted = Channel.CreateBounded<ConnectionContext>(endPoint.Slots);
        _addresses.Changed += Follow;
        Follow();
    }

    public EndPoint EndPoint => _endPoint;

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
        _addresses.Changed -= Follow;
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

        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        foreach (var dialled in _dialled.Values)
        {
            dialled.Dispose();
        }

        _stopping.Dispose();
        _memory.Dispose();
    }

    private void Follow()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            var wanted = _addresses.All;
            foreach (var gone in _dialled.Keys.Except(wanted).ToList())
            {
                _dialled.Remove(gone, out var dialled);
                dialled!.Cancel();
                dialled.Dispose();
            }

            _running.RemoveAll(task => task.IsCompleted);
            foreach (var address in wanted.Except(_dialled.Keys).ToList())
            {
                var dialled = _dialled[address] = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                for (var i = 0; i < _endPoint.Slots; i++)
                {
                    var (slot, token) = (_slot(address, ++_slots), dialled.Token);
                    _running.Add(Task.Run(() => slot.RunAsync(_accepted.Writer, token), CancellationToken.None));
                }
            }
        }
    }
}
