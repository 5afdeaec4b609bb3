using Flyteidl2.Core;
using Flyteidl2.Task;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Children;

/// <summary>Reads the outputs of a task's children from the store.</summary>
public sealed class ChildOutputs(
    SiblingDirectory siblings, IObjectStore objects, ProjectFence fence, ActingTask task)
{
    private const int MaxOutputsBytes = 16 * 1024 * 1024;

    public async Task<Literal> FindAsync(string child, string output, CancellationToken cancellationToken)
    {
        var uri = await siblings.OutputsOfAsync(child, cancellationToken);
        await using var stream = await objects.OpenReadAsync(
            fence.Resolve(task.Run.Scope, uri, "the child's outputs"), 0, cancellationToken);
        using var buffer = new MemoryStream();
        await stream.CopyBoundedAsync(buffer, MaxOutputsBytes, cancellationToken);
        buffer.Position = 0;
        return Outputs.Parser.ParseFrom(buffer).Literals.FirstOrDefault(l => l.Name == output)?.Value
            ?? throw new UnionException(
                ErrorCode.NotFound, "output_unknown", $"The child {child} has no output {output}.",
                "The outputs stand in its task file.");
    }
}
