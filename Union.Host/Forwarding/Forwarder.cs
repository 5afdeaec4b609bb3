using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Pipeline;
using Union.Host.Relaying;
using Union.Host.Tunnel.Accepting;
using Yarp.ReverseProxy.Forwarder;
using Route = Union.Host.Api.Route;

namespace Union.Host.Forwarding;

/// <summary>
/// Passes a data call to the cluster that serves it. It has no type for what it passes on, keeps none of it and logs
/// neither path nor header. Steps, each of which refuses: 1 request line, 2 content and size, 3 caller, 4 verb, 5 cluster
/// within the caller's org, 6 calls already open, 7 a connection; then the bytes.
/// </summary>
internal sealed partial class Forwarder(
    ICallerAuthentication authentication, IClusterDirectory clusters, TunnelRegistry registry, AssertionSigner signer,
    RelayRouting routing, StreamCap cap, ForwarderMeter meter, IHttpForwarder proxy, TimeProvider time,
    ILogger<Forwarder> logger)
{
    private const int MaxBodyBytes = 16 * 1024 * 1024;
    private const int MaxRequestIdLength = 128;

    private static readonly ForwarderRequestConfig Config = new()
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,

        // A watch may be silent for hours; dead clusters are found by pings, not here.
        ActivityTimeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A call below <c>/dp/</c>, which names its cluster.</summary>
    public Task ForwardAsync(HttpContext context) => OrRefuseAsync(context, async () =>
    {
        // :: Step 1
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!HttpMethods.IsPost(context.Request.Method) || !ForwardTarget.TryParse(raw, out var target))
        {
            throw new UnionException(ErrorCode.Unimplemented, "not_forwarded", "No cluster serves that method.");
        }

        return await ForwardAsync(context, target.Route, _ => Task.FromResult(target.ClusterId));
    });

    /// <summary>A call that was made to the control plane itself: which cluster it belongs to is found out.</summary>
    public Task RelayAsync(HttpContext context, Route route) =>
        OrRefuseAsync(context, () => ForwardAsync(context, route, caller => routing.FindAsync(context, caller, route)));

    private async Task OrRefuseAsync(HttpContext context, Func<Task<string>> forward)
    {
        try
        {
            meter.Ended(await forward());
        }
        catch (UnionException e) when (!context.Response.HasStarted)
        {
            meter.Ended(e.Reason);
            await RpcRefusal.WriteAsync(context, e);
        }
    }

    private async Task<string> ForwardAsync(HttpContext context, Route route, Func<Principal, Task<string>> findCluster)
    {
        // :: Step 2
        CheckContent(context);

        // :: Step 3
        var caller = await authentication.AuthenticateAsync(context) ?? throw new UnionException(
            ErrorCode.Unauthenticated, "caller_unknown", "The call carries no valid credentials.");

        // :: Step 4
        if (!Holds(caller, route))
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "verb_missing", $"The call needs a grant of {route.Verb}.");
        }

        // :: Step 5
        var target = new ForwardTarget(await findCluster(caller), route);
        var cluster = new ClusterIdentity(caller.Org, target.ClusterId);
        if (!await clusters.ExistsAsync(cluster.Org, cluster.ClusterId, context.RequestAborted))
        {
            throw new UnionException(ErrorCode.NotFound, "cluster_unknown", "There is no such cluster.");
        }

        // :: Step 6
        using var place = cap.Enter(caller);

        // :: Step 7
        var connection = registry.Pick(cluster.ClusterId);
        if (connection.Cluster != cluster || !connection.TryBeginForwarding())
        {
            throw new UnionException(ErrorCode.Unavailable, "cluster_busy", "The cluster takes no more calls now.");
        }

        try
        {
            var assertion = signer.Sign(caller, cluster, target.Route.Path, target.Route.Verb, RequestId(context));
            var call = new ForwardedCall(target.Route.Path, assertion);
            await using var permission = new Reauthorization(() => IsStillAllowedAsync(context, caller, target), time);
            using var handler = new ForwardingHandler(connection.Invoker, call, meter, permission.Revoked);
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            await proxy.SendAsync(context, TunnelConnection.Address.ToString(), invoker, Config, call);
            return Finish(context, call, permission.Revoked);
        }
        finally
        {
            connection.EndForwarding();
        }
    }

    /// <returns>How it ended, in a word.</returns>
    private string Finish(HttpContext context, ForwardedCall call, CancellationToken revoked)
    {
        var error = context.Features.Get<IForwarderErrorFeature>();
        if (error is not null && !context.RequestAborted.IsCancellationRequested)
        {
            call.Fail(revoked.IsCancellationRequested ? ForwardFailures.NoLongerAllowed()
                : error.Exception is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                    ? ForwardFailures.TooLarge() : ForwardFailures.Lost());
        }

        if (call.Failure is { } failure)
        {
            LogFailed(failure.Code, failure.Reason);
            if (!context.Response.HasStarted)
            {
                throw failure;
            }
        }

        return call.Failure?.Reason ?? "passed";
    }

    private async ValueTask<bool> IsStillAllowedAsync(HttpContext context, Principal caller, ForwardTarget target)
    {
        var now = await authentication.AuthenticateAsync(context);
        return Reauthorization.IsSameCaller(caller, now) && Holds(now!, target.Route)
            && await clusters.ExistsAsync(caller.Org, target.ClusterId, context.RequestAborted);
    }

    private static void CheckContent(HttpContext context)
    {
        if (!RpcContent.IsKnown(context.Request.ContentType))
        {
            throw RpcRefusal.ContentType(isStream: false);
        }

        if (context.Request.Headers.ContainsKey(Assertion.Header))
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "assertion_from_client", $"A client may not send {Assertion.Header}.");
        }

        if (context.Request.ContentLength > MaxBodyBytes)
        {
            throw ForwardFailures.TooLarge();
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBodyBytes;
    }

    private static bool Holds(Principal caller, Route route) => caller.Grants.Any(g => g.Verb == route.Verb);

    private static string RequestId(HttpContext context)
    {
        var given = context.Request.Headers["x-request-id"].ToString();
        return given.Length is > 0 and <= MaxRequestIdLength ? given : context.TraceIdentifier;
    }

    [LoggerMessage(2130, LogLevel.Information, "A forwarded call ended without the cluster's answer ({Code}, {Reason}).")]
    private partial void LogFailed(ErrorCode code, string reason);
}
