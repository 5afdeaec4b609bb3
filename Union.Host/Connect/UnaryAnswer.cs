using System.Buffers;

namespace Union.Host.Connect;

/// <summary>One message or one error, with the status in HTTP's own.</summary>
internal sealed class UnaryAnswer(HttpContext context, ConnectCall call, ProtoJson json) : ConnectAnswer(context, call)
{
    /// <summary>The message waits for the status behind it, which decides about the first line of the answer.</summary>
    protected override ValueTask PassAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    protected override async ValueTask FinishAsync(CallEnd end)
    {
        foreach (var (name, values) in Trailers)
        {
            Headers[$"trailer-{name}"] = values;
        }

        var length = WholeFrame(Frames.Written.Span);
        if (end.IsOk && length > 0)
        {
            await WriteMessageAsync(Frames.Segment[HeaderBytes..length]);
            return;
        }

        using var error = new PooledBuffer();
        ConnectErrors.WriteError(error, end.IsOk ? new CallEnd(Grpc.Core.StatusCode.Internal, "The call ended without an answer.", []) : end);
        Real.StatusCode = ConnectErrors.HttpStatus(end.Code);
        await WriteAsync("application/json", error.Written);
    }

    private async ValueTask WriteMessageAsync(ArraySegment<byte> message)
    {
        Real.StatusCode = StatusCodes.Status200OK;
        ReadOnlyMemory<byte> content = message;
        if (Call.Codec is Codec.Json)
        {
            content = json.Format(Call.Method.Descriptor.OutputType.Parser.ParseFrom(message.Array, message.Offset, message.Count));
        }

        if (!Call.AcceptsGzip || content.Length < Gzip.WorthwhileBytes)
        {
            await WriteAsync(Call.ContentType, content);
            return;
        }

        using var compressed = new PooledBuffer();
        Gzip.Deflate(content.Span, compressed);
        Headers.ContentEncoding = Gzip.Name;
        await WriteAsync(Call.ContentType, compressed.Written);
    }

    private async ValueTask WriteAsync(string contentType, ReadOnlyMemory<byte> content)
    {
        Headers.ContentType = contentType;
        Headers.ContentLength = content.Length;
        RealBody.Writer.Write(content.Span);
        await RealBody.Writer.FlushAsync();
    }
}
