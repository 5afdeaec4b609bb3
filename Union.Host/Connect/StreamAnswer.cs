using System.Buffers;

namespace Union.Host.Connect;

/// <summary>
/// Envelopes, of which the last holds the end. gRPC's frames have the same header, so that a binary message passes as it
/// is; each flush waits for the client as the real one does.
/// </summary>
internal sealed class StreamAnswer(HttpContext context, ConnectCall call, ProtoJson json) : ConnectAnswer(context, call)
{
    private const byte CompressedFlag = 1;
    private const byte EndStreamFlag = 2;

    protected override async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        Begin();
        int length;
        while ((length = WholeFrame(Frames.Written.Span)) > 0)
        {
            WriteEnvelope(Frames.Segment[..length]);
            Frames.Discard(length);
        }

        await RealBody.Writer.FlushAsync(cancellationToken);
    }

    protected override async ValueTask FinishAsync(CallEnd end)
    {
        Begin();
        using var last = new PooledBuffer();
        ConnectErrors.WriteEndStream(last, end, Trailers);
        WriteHeader(RealBody.Writer, EndStreamFlag, last.Count);
        RealBody.Writer.Write(last.Written.Span);
        await RealBody.Writer.FlushAsync();
    }

    private void Begin()
    {
        if (Real.HasStarted)
        {
            return;
        }

        Real.StatusCode = StatusCodes.Status200OK;
        Headers.ContentType = Call.ContentType;
        if (Call.AcceptsGzip)
        {
            Headers["connect-content-encoding"] = Gzip.Name;
        }
    }

    private void WriteEnvelope(ArraySegment<byte> frame)
    {
        var message = frame[HeaderBytes..];
        ReadOnlySpan<byte> content = Call.Codec is Codec.Proto ? message : json.Format(
            Call.Method.Descriptor.OutputType.Parser.ParseFrom(message.Array, message.Offset, message.Count));
        if (!Call.AcceptsGzip || content.Length < Gzip.WorthwhileBytes)
        {
            WriteHeader(RealBody.Writer, 0, content.Length);
            RealBody.Writer.Write(content);
            return;
        }

        using var compressed = new PooledBuffer();
        Gzip.Deflate(content, compressed);
        WriteHeader(RealBody.Writer, CompressedFlag, compressed.Count);
        RealBody.Writer.Write(compressed.Written.Span);
    }
}
