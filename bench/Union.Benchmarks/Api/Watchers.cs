using System.Buffers.Binary;
using System.Diagnostics;
using Flyteidl2.Workflow;
using Union.Core.Boundary;

namespace Union.Benchmarks.Api;

/// <summary>Many clients that watch one action over Connect.</summary>
internal sealed class Watchers(HttpClient client, Uri address, byte[] request) : IDisposable
{
    private const string Path = "/flyteidl2.workflow.RunService/WatchActionDetails";

    private readonly List<HttpResponseMessage> _open = [];

    /// <summary>Opens all; returns when each has its snapshot.</summary>
    public async Task OpenAsync(int count)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            using var message = Protocol.NewRequest(address, Path, Protocol.Connect.StreamType, Protocol.Framed(request));
            return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        }));
        _open.AddRange(opened);
        await Task.WhenAll(_open.Select(async r => await NextAsync(await r.Content.ReadAsStreamAsync())));
    }

    /// <summary>The time from <paramref name="change"/> on until each has seen the end, in milliseconds.</summary>
    public async Task<double[]> EndAsync(Func<Task> change)
    {
        var began = 0L;
        var seen = _open.Select(async response =>
        {
            var stream = await response.Content.ReadAsStreamAsync();
            while (!((ActionPhase)(await NextAsync(stream)).Details.Status.Phase).IsTerminal())
            {
            }

            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }).ToList();
        began = Stopwatch.GetTimestamp();
        await change();
        return await Task.WhenAll(seen);
    }

    public void Dispose() => _open.ForEach(r => r.Dispose());

    private static async Task<WatchActionDetailsResponse> NextAsync(Stream stream)
    {
        var header = new byte[5];
        await stream.ReadExactlyAsync(header);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await stream.ReadExactlyAsync(message);
        return header[0] == 0 ? WatchActionDetailsResponse.Parser.ParseFrom(message)
            : throw new InvalidOperationException($"The watch ended: {System.Text.Encoding.UTF8.GetString(message)}");
    }
}
