using Grpc.Core;
using Grpc.Core.Interceptors;
using Union.Core.Boundary;
using Union.Core.Pipeline;
using Union.Host.Forwarding;
using Union.Host.Ops;
using Union.Host.Tunnel;
using Union.Host.Tunnel.Accepting;

namespace Union.Host.Api;

/// <summary>
/// Says who calls: on the clusters' port the certificate, on the clients' port the authentication. Services of one port
/// are not served on the other, and a method without a route is served nowhere.
/// </summary>
internal sealed class CallerInterceptor(Caller caller, ICallerAuthentication authentication) : Interceptor
{
    private const string ClusterServices = "/union.cluster.v1.Coordinator/";
    private const string EnrollServices = "/union.enroll.v1.EnrollService/";
    private const string RenewMethod = ClusterServices + "Renew";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await IdentifyAsync(context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await IdentifyAsync(context);
        await continuation(request, responseStream, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await IdentifyAsync(context);
        return await continuation(requestStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await IdentifyAsync(context);
        await continuation(requestStream, responseStream, context);
    }

    private async Task IdentifyAsync(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var path = context.Method;
        if (path.StartsWith(EnrollServices, StringComparison.Ordinal) && http.Features.Get<EnrollConnection>() is not null)
        {
            caller.BecomeSystem();
            return;
        }

        if (http.Features.Get<ClusterConnection>() is { } cluster)
        {
            if (!path.StartsWith(ClusterServices, StringComparison.Ordinal) || (cluster.Expired && path != RenewMethod))
            {
                throw NotHere(path);
            }

            caller.Become(cluster.Cluster);
            return;
        }

        // By the port and not by what is left: a stranger on the clusters' port must not become a client.
        if (!http.CameBy(PortKind.Clients) || !Routes.TryGet(path, out var route)
            || route.ServedBy != ServedBy.ControlPlane)
        {
            throw NotHere(path);
        }

        if (route.Audience == Audience.Anyone)
        {
            return;
        }

        var principal = await authentication.AuthenticateAsync(http) ?? throw new UnionException(
            ErrorCode.Unauthenticated, "caller_unknown", "The call carries no valid credential.");
        caller.Become(principal, RequestIdOf(context), () => authentication.AuthenticateAsync(http));
    }

    // A client's id is a hint for recognising its retries; what is not short and printable is no id.
    private static string RequestIdOf(ServerCallContext context)
    {
        var id = context.RequestHeaders.GetValue("x-request-id") ?? "";
        return id.Length <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? id : "";
    }

    private static UnionException NotHere(string path) => new(
        ErrorCode.Unimplemented, "method_not_served", $"{path} is not served here.");
}
