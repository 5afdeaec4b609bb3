using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>
/// Resolves references and refuses every one that does not lie below its project's prefix in this cluster's store,
/// whoever gave it: client, task or control plane.
/// </summary>
public sealed class ProjectFence(IObjectStore store, ObjectLayout layout)
{
    public bool TryResolve(ProjectScope scope, string? uri, out ObjectKey key)
    {
        key = default;
        return Reference.TryParse(uri, out var reference)
            && store.TryResolve(reference, out key)
            && key.IsBelow(layout.Project(scope));
    }

    /// <summary>The key behind a reference; <paramref name="what"/> names it in the refusal, which never repeats it.</summary>
    public ObjectKey Resolve(ProjectScope scope, string? uri, string what) => TryResolve(scope, uri, out var key)
        ? key
        : throw new UnionException(
            ErrorCode.InvalidArgument, "reference_outside_project",
            $"The reference of {what} does not lie below the prefix of {scope} in this cluster's store.",
            "Upload the object to this project first.");
}
