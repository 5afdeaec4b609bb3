using System.Runtime.CompilerServices;
using System.Text;
using MediatR;
using Union.Core.Authoring;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Children;

/// <summary>An output of a child that has succeeded: the text of a simple value, the content of a file.</summary>
public sealed record ReadChildOutput(string Child, string Output)
    : IUseCase<IAsyncEnumerable<ReadOnlyMemory<byte>>>, ITaskRequest;

internal sealed class ReadChildOutputHandler(
    ChildOutputs outputs, IObjectStore objects, ProjectFence fence, ActingTask task)
    : IRequestHandler<ReadChildOutput, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    private const int ChunkBytes = 64 * 1024;

    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(
        ReadChildOutput request, CancellationToken cancellationToken)
    {
        var literal = await outputs.FindAsync(request.Child, request.Output, cancellationToken);
        if (literal.Scalar?.Blob is not { } blob)
        {
            return new[] { new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(LiteralText.Format(literal))) }
                .ToAsyncEnumerable();
        }

        if (TaskTypes.IsFolder(new Flyteidl2.Core.LiteralType { Blob = blob.Metadata?.Type }))
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "output_is_folder", $"The output {request.Output} is a folder.",
                "Pass it to another child as an input.");
        }

        return ReadAsync(fence.Resolve(task.Run.Scope, blob.Uri, "a file"), cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        ObjectKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await objects.OpenReadAsync(key, 0, cancellationToken);
        var buffer = new byte[ChunkBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }
}
