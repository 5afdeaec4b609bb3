using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Union.Host.Forwarding;

namespace Union.Host.Connect;

/// <summary>
/// gRPC and gRPC-Web requests before the server reads them: it calls a frame that is none "internal" or "unknown", and a
/// client then tries again or looks for another login. Stands before routing.
/// </summary>
internal sealed class FrameGuard(RequestDelegate next, RpcMethods methods, MessageLimit limit)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!RpcContent.IsGrpc(request.ContentType) && !RpcContent.IsGrpcWeb(request.ContentType))
        {
            return next(context);
        }

        if (methods.TryGet(request.Path.Value ?? "", out var method))
        {
            // Who sends several messages has them read one by one, by the server.
            if (!method.IsClientStream)
            {
                var isCompressed = request.Headers["grpc-encoding"].ToString() is not ("" or "identity");
                context.Features.Set<IRequestBodyPipeFeature>(
                    new GuardedBody(new SingleFrameReader(request.BodyReader, limit, isCompressed)));
            }

            return next(context);
        }

        // Other paths are not ours to judge: what is forwarded has a longer one.
        return RpcPaths.Matches(request.Path.Value) ? RpcRefusal.WriteAsync(context, RpcPaths.NotServed(request.Path.Value!)) : next(context);
    }

    private sealed record GuardedBody(PipeReader Reader) : IRequestBodyPipeFeature;
}
