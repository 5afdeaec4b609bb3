using System.Net;
using System.Net.Sockets;

namespace Union.Faults.Installation;

/// <summary>
/// What stands before several replicas: passes connections of a cluster to one of them, and to the next one once that
/// does not take them any more.
/// </summary>
internal sealed class FailoverRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int[] _targets;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _current;

    public FailoverRelay(int port, int[] targets)
    {
        _targets = targets;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end, or a dialler that left.
            }
        }
    }

    private async Task PassAsync(TcpClient dialler)
    {
        using (dialler)
        {
            using var target = await ConnectAsync();
            if (target is null)
            {
                return;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            Task[] ways =
            [
                CopyAsync(dialler.GetStream(), target.GetStream(), either.Token),
                CopyAsync(target.GetStream(), dialler.GetStream(), either.Token),
            ];
            await Task.WhenAny(ways);
            await either.CancelAsync();
            await Task.WhenAll(ways);
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        for (var tries = 0; tries < _targets.Length; tries++)
        {
            var at = Volatile.Read(ref _current);
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, _targets[at % _targets.Length], _stopping.Token);
                return client;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                client.Dispose();
                Interlocked.CompareExchange(ref _current, at + 1, at);
            }
        }

        return null;
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other is closed with it.
        }
    }
}
