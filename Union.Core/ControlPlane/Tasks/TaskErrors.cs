using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Tasks;

internal static class TaskErrors
{
    public static UnionException NoSuchTask(string name, string version) => new(
        ErrorCode.NotFound, "task_unknown",
        version.Length == 0 ? $"There is no deployed task {name}." : $"There is no version {version} of the task {name}.",
        "'union get tasks' lists them.");

    public static UnionException VersionExists(string name, string version) => new(
        ErrorCode.AlreadyExists, "task_version_exists", $"The task {name} has a version {version} already.",
        "A version never changes: deploy under another one.");
}
