using System.IO.Pipelines;

namespace Union.Host.Connect;

/// <summary>Where gRPC writes its frames; nothing reaches the client before <paramref name="answer"/> has turned them.</summary>
internal sealed class AnswerWriter(ConnectAnswer answer, PooledBuffer frames) : PipeWriter
{
    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => frames.Count;

    public override void Advance(int bytes) => frames.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => frames.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => frames.GetSpan(sizeHint);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await answer.FlushAsync(cancellationToken);
        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
