using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Union.Testing.Servers;

/// <summary>
/// A line to a server on loopback that changes some bytes on the way there, as a broken proxy or memory would: what reads
/// <see cref="Good"/> arrives as <see cref="Bad"/>. All else passes as it is.
/// </summary>
public sealed class DamagingRelay : IAsyncDisposable
{
    public const string Good = "good-bytes";
    public const string Bad = "evil-bytes";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _server;
    private readonly Task _accepting;

    private DamagingRelay(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://{_listener.LocalEndpoint}";

    public static DamagingRelay Before(string endpoint) => new(new Uri(endpoint));

    /// <summary>The same bytes with what is to be damaged damaged.</summary>
    public static byte[] Damaged(ReadOnlySpan<byte> bytes)
    {
        var damaged = bytes.ToArray();
        for (int at, from = 0; (at = damaged.AsSpan(from).IndexOf(Encoding.ASCII.GetBytes(Good))) >= 0; from += at + Good.Length)
        {
            Encoding.ASCII.GetBytes(Bad).CopyTo(damaged, from + at);
        }

        return damaged;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var lines = new List<Task>();
        try
        {
            while (true)
            {
                lines.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(lines).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        await server.ConnectAsync(_server.Host, _server.Port, _ending.Token);
        var there = CarryAsync(client.GetStream(), server.GetStream(), damages: true);
        var back = CarryAsync(server.GetStream(), client.GetStream(), damages: false);
        await Task.WhenAny(there, back);
        client.Close();
        server.Close();
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A client sends so short a body at once, so that it is not looked for over the border of two reads.
    private async Task CarryAsync(NetworkStream from, NetworkStream to, bool damages)
    {
        var buffer = new byte[64 * 1024];
        for (int count; (count = await from.ReadAsync(buffer, _ending.Token)) > 0;)
        {
            var bytes = damages ? Damaged(buffer.AsSpan(0, count)) : buffer[..count];
            await to.WriteAsync(bytes, _ending.Token);
        }
    }
}
