using MediatR;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Children;

/// <summary>Puts a file of the calling task into its run's folder, to be the input of a child; answers the reference.</summary>
public sealed record UploadFile(Stream Content) : IUseCase<string>, ITaskRequest;

internal sealed class UploadFileHandler(
    IObjectStore objects, ObjectLayout layout, ContentDigests contents, ActingTask task, TimeProvider time)
    : IRequestHandler<UploadFile, string>
{
    public async Task<string> Handle(UploadFile request, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("n");
        var key = layout.Attempt(task.Assignment.Id()).Append($"files/{id}");
        await contents.PutAsync(task.Run.Org, key, request.Content, cancellationToken);
        return objects.ReferenceTo(key).ToString();
    }
}
