using System.Threading.Channels;

namespace Union.Core.ComputePlane.Link;

/// <summary>Wakes the reporter. Several wake-ups may fall into one; none is lost.</summary>
public sealed class OutboxSignal
{
    private readonly Channel<bool> _wakeUps = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wakeUps.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _wakeUps.Reader.ReadAsync(cancellationToken);
}
