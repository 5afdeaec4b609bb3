using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Union.Core.Boundary;
using Union.Host.Forwarding;

namespace Union.Host.Connect;

/// <summary>
/// The Connect protocol as a translation to gRPC in front of the same services: no package for .NET speaks it. Stands
/// before routing. Steps: 1 is it for us, 2 what is asked, 3 the message, inflated and checked, 4 the call as gRPC.
/// </summary>
internal sealed class ConnectMiddleware(
    RequestDelegate next, RpcMethods methods, MessageLimit limit, ProtoJson json)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // :: Step 1
        var path = context.Request.Path.Value ?? "";
        var type = context.Request.ContentType;
        if (RpcContent.IsGrpc(type) || RpcContent.IsGrpcWeb(type) || !RpcPaths.Matches(path))
        {
            await next(context);
            return;
        }

        ConnectCall call;
        using var message = new PooledBuffer();
        try
        {
            // :: Step 2
            call = methods.TryGet(path, out var method) ? ConnectCall.Read(context.Request, method) : throw RpcPaths.NotServed(path);

            // :: Step 3
            if (!call.Method.IsClientStream)
            {
                await ConnectMessage.ReadAsync(context.Request, call, limit, json, message, context.RequestAborted);
            }
        }
        catch (UnionException e)
        {
            await RpcRefusal.WriteAsync(context, e);
            return;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // :: Step 4
        BecomeGrpc(context, call, message);
        using ConnectAnswer answer = call.IsStream
            ? new StreamAnswer(context, call, json) : new UnaryAnswer(context, call, json);
        await next(context);
        await answer.EndAsync();
    }

    private static void BecomeGrpc(HttpContext context, ConnectCall call, PooledBuffer message)
    {
        var request = context.Request;
        request.Method = HttpMethods.Post;
        request.Protocol = "HTTP/2";
        request.ContentType = "application/grpc";
        request.Headers.ContentLength = null;
        request.Headers.Remove("content-encoding");
        request.Headers.Remove("grpc-encoding");
        request.Headers.Remove("grpc-accept-encoding");
        request.Headers.Remove("grpc-timeout");
        if (call.Timeout is not null)
        {
            request.Headers["grpc-timeout"] = call.Timeout;
        }

        if (!call.Method.IsClientStream)
        {
            context.Features.Set<IRequestBodyPipeFeature>(new FramedBody(message));
        }
        else if (call.Compressed)
        {
            // Both protocols frame alike, so gRPC reads the client's messages itself, with the same limits.
            request.Headers["grpc-encoding"] = Gzip.Name;
        }
    }

    private sealed class FramedBody(PooledBuffer message) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = new MessageReader(message);
    }
}
