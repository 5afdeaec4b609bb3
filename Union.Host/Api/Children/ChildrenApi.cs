using Grpc.Core;
using MediatR;
using Union.Contracts.Task.V1;
using Union.Core.ComputePlane.Children;

namespace Union.Host.Api.Children;

/// <summary>What raw tasks ask of their cluster, over its local endpoint.</summary>
internal sealed class ChildrenApi(IMediator mediator) : ChildrenService.ChildrenServiceBase
{
    public override async Task<EnqueueResponse> Enqueue(EnqueueRequest request, ServerCallContext context)
    {
        await mediator.Send(
            new EnqueueChild(
                request.Name, request.Group, request.Task ?? new Flyteidl2.Task.TaskSpec(),
                request.Inputs ?? new Flyteidl2.Task.Inputs(),
                [.. request.OutputsAsInputs.Select(o => new OutputAsInput(o.Input, o.Child, o.Output))]),
            context.CancellationToken);
        return new EnqueueResponse();
    }

    public override async Task Wait(
        WaitRequest request, IServerStreamWriter<ChildResult> responseStream, ServerCallContext context)
    {
        var ended = await mediator.Send(new WaitForChildren(request.Names), context.CancellationToken);
        await foreach (var child in ended.WithCancellation(context.CancellationToken))
        {
            await responseStream.WriteAsync(
                new ChildResult
                {
                    Name = child.Name,
                    Phase = (Flyteidl2.Common.ActionPhase)child.Phase,
                    ErrorCode = child.ErrorCode,
                    ErrorMessage = child.ErrorMessage,
                },
                context.CancellationToken);
        }
    }

    public override async Task ReadOutput(
        ReadOutputRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
    {
        var chunks = await mediator.Send(
            new ReadChildOutput(request.Child, request.Output), context.CancellationToken);
        await foreach (var chunk in chunks.WithCancellation(context.CancellationToken))
        {
            var content = Google.Protobuf.ByteString.CopyFrom(chunk.Span);
            await responseStream.WriteAsync(new Chunk { Content = content }, context.CancellationToken);
        }
    }

    public override async Task<UploadFileResponse> UploadFile(
        IAsyncStreamReader<Chunk> requestStream, ServerCallContext context)
    {
        await using var content = new ChunkStream(requestStream);
        var uri = await mediator.Send(new UploadFile(content), context.CancellationToken);
        return new UploadFileResponse { Uri = uri };
    }
}
