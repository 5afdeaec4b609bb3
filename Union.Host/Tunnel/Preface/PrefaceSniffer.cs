using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Union.Host.Tunnel.Preface;

/// <summary>Looks at the first bytes of a plain connection and lets HTTP/2 with prior knowledge go its own way.</summary>
internal sealed class PrefaceSniffer(PrefaceEndPoint http2, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>RFC 9113 section 3.4. No HTTP/1.1 request begins like it: PRI is reserved for this.</summary>
    private static ReadOnlySpan<byte> ClientPreface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public async Task OnConnectedAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool isHttp2;
        try
        {
            using var timeout = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
            isHttp2 = await IsHttp2Async(connection.Transport.Input, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nothing came in time, or the other side left: there is nobody to answer.
            return;
        }

        if (!isHttp2)
        {
            await next(connection);
            return;
        }

        await using var handed = new HandedConnection(connection);
        try
        {
            await http2.Accepted.Writer.WriteAsync(handed, connection.ConnectionClosed);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            return;
        }

        await handed.Done;
    }

    /// <summary>Consumes nothing, so that whoever comes next reads from the first byte.</summary>
    private static async ValueTask<bool> IsHttp2Async(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var verdict = Judge(result.Buffer);
            var examined = verdict is null ? result.Buffer.End : result.Buffer.Start;
            var ended = result.IsCompleted;
            input.AdvanceTo(result.Buffer.Start, examined);
            if (verdict is { } known)
            {
                return known;
            }

            if (ended)
            {
                return false;
            }
        }
    }

    private static bool? Judge(ReadOnlySequence<byte> buffer)
    {
        var start = buffer.Slice(0, Math.Min(buffer.Length, ClientPreface.Length)).ToArray();
        return !ClientPreface.StartsWith(start) ? false : start.Length == ClientPreface.Length ? true : null;
    }
}
