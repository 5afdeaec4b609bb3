using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Triggers;

internal static class TriggerErrors
{
    public static UnionException NoSuchTrigger(string task, string name) => new(
        ErrorCode.NotFound, "trigger_unknown", $"The task {task} has no trigger {name}.", "'union get triggers' lists them.");

    public static UnionException NoSuchRevision(string name, long revision) => new(
        ErrorCode.NotFound, "trigger_revision_unknown", $"The trigger {name} has no revision {revision}.");

    public static UnionException RevisionPassed(string name, long revision) => new(
        ErrorCode.Aborted, "trigger_changed", $"Somebody changed the trigger {name}: it is at revision {revision}.",
        "Read it again and decide anew.");
}
