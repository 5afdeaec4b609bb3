using Microsoft.AspNetCore.Http.Features;
using Union.Core.Boundary;
using Union.Core.ComputePlane;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Journal;
using Union.Core.ComputePlane.Link;
using Union.Core.Pipeline;
using Union.Host.Forwarding;

namespace Union.Host.Api.Children;

/// <summary>
/// The door of the local endpoint: a call comes to <c>/a/{capability}/{service}/{method}</c>, and whoever has the
/// capability of a running attempt is that attempt's action. The path goes on without it, so nothing later can log it.
/// </summary>
internal sealed class CapabilityMiddleware(RequestDelegate next, AttemptJournal journal)
{
    private const string Prefix = "/a/";
    private const int CapabilityLength = 43;

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || path.Length < Prefix.Length + CapabilityLength + 1
            || path[Prefix.Length + CapabilityLength] != '/')
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var capability = path.Substring(Prefix.Length, CapabilityLength);
        Strip(context, path[(Prefix.Length + CapabilityLength)..]);
        var held = await journal.FindByCapabilityAsync(Capability.HashOf(capability), context.RequestAborted);
        if (held is null)
        {
            // An ended attempt's task, or a guess. The words of a missing login would make clients retry.
            await RpcRefusal.WriteAsync(context, new UnionException(
                ErrorCode.PermissionDenied, "capability_unknown", "The capability is not that of a running attempt."));
            return;
        }

        context.RequestServices.GetRequiredService<Caller>().Become(held.Assignment.Id().Action);
        context.RequestServices.GetRequiredService<ActingTask>().Become(held);
        await next(context);
    }

    private static void Strip(HttpContext context, string path)
    {
        context.Request.Path = path;
        if (context.Features.Get<IHttpRequestFeature>() is { } request)
        {
            request.RawTarget = path;
        }
    }
}
