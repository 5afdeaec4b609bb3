using Grpc.Core;
using Grpc.Core.Interceptors;
using Union.Core.Boundary;

namespace Union.Host.Api.Errors;

/// <summary>
/// The border of every call: what a caller can act on becomes its status, anything else becomes "internal" with an id
/// that is in the log, and nothing of the exception's text leaves the process.
/// </summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (!IsAnswer(e))
        {
            throw Translate(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (!IsAnswer(e))
        {
            throw Translate(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e) when (!IsAnswer(e))
        {
            throw Translate(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e) when (!IsAnswer(e))
        {
            throw Translate(e, context);
        }
    }

    // The generated base of a service throws "unimplemented" without a word.
    private static bool IsAnswer(Exception exception) => exception is RpcException { Status.Detail.Length: > 0 };

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        if (exception is UnionException union)
        {
            return ErrorMapping.ToRpcException(union);
        }

        if (exception is RpcException { StatusCode: StatusCode.Unimplemented })
        {
            return ErrorMapping.ToRpcException(new UnionException(
                ErrorCode.Unimplemented, "method_not_served", $"{context.Method} is not served here."));
        }

        // "canceled" is said only to a client that left; to a watch that the server ends it would mean "stop for ever".
        if (exception is OperationCanceledException)
        {
            return context.CancellationToken.IsCancellationRequested
                ? new RpcException(new Status(StatusCode.Cancelled, "The caller left."))
                : new RpcException(new Status(StatusCode.Unavailable, "The server is stopping; try again."));
        }

        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("n");
        LogFailed(exception.GetType().Name, context.Method, id, ExceptionTrace.Of(exception));
        return new RpcException(new Status(StatusCode.Internal, $"An internal error happened; the log has it as {id}."));
    }

    // Without the exception itself, whose text may quote a request.
    [LoggerMessage(4001, LogLevel.Error, "{ExceptionType} in {Method} was answered as internal error {ErrorId}: {Trace}")]
    private partial void LogFailed(string exceptionType, string method, string errorId, string trace);
}
