using Flyteidl2.Task;
using Google.Protobuf;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Gives an action the outputs of an earlier one: the list of values is copied to where its own would be, and the files
/// that it points to stay where they are. Answers null when any of it is not there any more.
/// </summary>
public sealed class OutputsCopy(IObjectStore store, ObjectLayout layout, ProjectFence fence)
{
    /// <summary>More files than that are not looked for one by one.</summary>
    private const int MaxChecked = 100;

    public async Task<Reference?> TryMakeAsync(AttemptId target, string outputs, CancellationToken cancellationToken)
    {
        var scope = target.Action.Run.Scope;
        if (!fence.TryResolve(scope, outputs, out var source)
            || await store.ReadAsync(source, Outputs.Parser, cancellationToken) is not { } found
            || !await HasFilesAsync(scope, found, cancellationToken))
        {
            return null;
        }

        var own = layout.Outputs(target);
        using var content = new MemoryStream(found.ToByteArray());
        await store.PutAsync(own, content, PutMode.Replace, cancellationToken);
        return store.ReferenceTo(own);
    }

    private async Task<bool> HasFilesAsync(ProjectScope scope, Outputs outputs, CancellationToken cancellationToken)
    {
        foreach (var (_, uri) in LiteralReferences.In(outputs.Literals).Take(MaxChecked))
        {
            // What lies elsewhere was put there by the task itself, and is not this cluster's to look after.
            if (fence.TryResolve(scope, uri, out var key) && !await ExistsAsync(key, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    // A reference may name a folder.
    private async Task<bool> ExistsAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(key, cancellationToken) is not null)
        {
            return true;
        }

        await foreach (var _ in store.ListAsync(key, cancellationToken))
        {
            return true;
        }

        return false;
    }
}
