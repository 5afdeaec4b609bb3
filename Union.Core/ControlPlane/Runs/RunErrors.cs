using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Runs;

internal static class RunErrors
{
    public static UnionException NoSuchRun(string name) =>
        new(ErrorCode.NotFound, "run_unknown", $"There is no run {name}.", "'union get runs' lists them.");

    public static UnionException NoSuchAction(ActionId action) => new(
        ErrorCode.NotFound, "action_unknown", $"There is no action {action.Name} in run {action.Run.Name}.",
        $"'union get actions {action.Run.Name}' lists them.");

    public static UnionException RunExists(string name) => new(
        ErrorCode.AlreadyExists, "run_exists", $"A run {name} exists already, with other content.",
        "Choose another name, or leave it out.");
}
