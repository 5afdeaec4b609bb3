using Grpc.Core;
using Grpc.Core.Interceptors;
using Union.Core.Boundary;

namespace Union.Host.Cli.Client;

/// <summary>
/// Gives every call an id, by which logs of both planes can be searched and a repeated call is recognised, the caller's
/// token where there is one, and every call that answers once an end.
/// </summary>
internal sealed class CallHeaders(TimeProvider time, SecretValue? token = null) : Interceptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Extend(context, time.GetUtcNow().UtcDateTime + Patience));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Extend(context, null));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Extend(context, null));

    private ClientInterceptorContext<TRequest, TResponse> Extend<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, DateTime? deadline)
        where TRequest : class
        where TResponse : class
    {
        var headers = context.Options.Headers ?? [];
        headers.Add("x-request-id", Guid.CreateVersion7(time.GetUtcNow()).ToString());
        if (token is not null)
        {
            headers.Add("authorization", $"Bearer {token.Reveal()}");
        }

        var options = context.Options.WithHeaders(headers);
        return new ClientInterceptorContext<TRequest, TResponse>(
            context.Method, context.Host, deadline is null ? options : options.WithDeadline(deadline.Value));
    }
}
