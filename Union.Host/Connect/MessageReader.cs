using System.Buffers;
using System.IO.Pipelines;

namespace Union.Host.Connect;

/// <summary>One framed message that is in memory already; its buffer goes back as soon as it was read.</summary>
internal sealed class MessageReader(PooledBuffer message) : PipeReader
{
    private ReadOnlySequence<byte> _rest = new(message.Written);

    public override bool TryRead(out ReadResult result)
    {
        result = new ReadResult(_rest, isCanceled: false, isCompleted: true);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new ReadResult(_rest, isCanceled: false, isCompleted: true));

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _rest = _rest.Slice(consumed);
        if (_rest.IsEmpty)
        {
            message.Dispose();
        }
    }

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null)
    {
        _rest = ReadOnlySequence<byte>.Empty;
        message.Dispose();
    }
}
