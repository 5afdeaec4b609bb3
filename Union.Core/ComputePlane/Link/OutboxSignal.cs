using System.Threading.Channels;

namespace Union.Core.ComputePlane.Link;

/// <summary>
/// Wakes the reporter. Several wake-ups may fall into one; none is lost. Progress may wait a moment for what comes next,
/// since a short task is over before its start is reported; a result never waits.
/// </summary>
public sealed class OutboxSignal(TimeProvider time)
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private readonly Channel<bool> _progress = NewChannel();
    private readonly Channel<bool> _results = NewChannel();

    public void Progressed() => _progress.Writer.TryWrite(true);

    public void Ended()
    {
        _results.Writer.TryWrite(true);
        _progress.Writer.TryWrite(true);
    }

    /// <summary>Returns when there is something to report, or after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(_progress, atMost, cancellationToken))
        {
            return;
        }

        // Where nothing ends meanwhile, the progress alone is reported.
        await ReadAsync(_results, Gather, cancellationToken);
    }

    private async Task<bool> ReadAsync(Channel<bool> channel, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await channel.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Channel<bool> NewChannel() => Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
