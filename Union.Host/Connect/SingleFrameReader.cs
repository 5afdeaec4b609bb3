using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Union.Core.Boundary;
using Union.Host.Api.Errors;

namespace Union.Host.Connect;

/// <summary>A request's body that must be exactly one frame: flags (1 byte), length (4 bytes, big-endian), message.</summary>
internal sealed class SingleFrameReader(PipeReader inner, MessageLimit limit, bool isCompressed) : PipeReader
{
    private const int HeaderBytes = 5;
    private const byte CompressedFlag = 1;

    private ReadOnlySequence<byte> _shown;
    private bool _isTaken;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Passed(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Passed(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _isTaken |= _shown.Slice(0, consumed).Length > 0;
        _shown = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Passed(ReadResult result)
    {
        if (!result.IsCanceled && Judge(result) is { } wrong)
        {
            // What is refused is read all the same, or the server could not use the connection for its answer.
            inner.AdvanceTo(result.Buffer.End);
            throw wrong;
        }

        _shown = result.Buffer;
        return result;
    }

    private RpcException? Judge(ReadResult result)
    {
        if (_isTaken)
        {
            return result.Buffer.IsEmpty ? null : Wrong("has more than one message");
        }

        if (result.Buffer.Length >= HeaderBytes)
        {
            return JudgeFrame(result);
        }

        return !result.IsCompleted ? null : Wrong(result.Buffer.IsEmpty ? "has no message" : "ends within a frame");
    }

    private RpcException? JudgeFrame(ReadResult result)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        result.Buffer.Slice(0, HeaderBytes).CopyTo(header);
        if (header[0] > CompressedFlag || (header[0] == CompressedFlag && !isCompressed))
        {
            return Wrong(header[0] > CompressedFlag ? "has a frame of an unknown kind" : "is compressed and does not say how");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > limit.MaxBytes)
        {
            return ErrorMapping.ToRpcException(limit.Exceeded());
        }

        var left = result.Buffer.Length - HeaderBytes - length;
        return left > 0 ? Wrong("has more than one message")
            : left < 0 && result.IsCompleted ? Wrong("ends within a frame")
            : null;
    }

    private static RpcException Wrong(string what) => ErrorMapping.ToRpcException(new UnionException(
        ErrorCode.InvalidArgument, "frame_invalid", $"The request {what}.", "Send one message in one frame."));
}
