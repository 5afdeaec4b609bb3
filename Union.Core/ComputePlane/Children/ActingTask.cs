using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Journal;

namespace Union.Core.ComputePlane.Children;

/// <summary>The attempt whose capability came with the call. Set once by the edge, like the caller.</summary>
public sealed class ActingTask
{
    private HeldAttempt? _held;

    public Assignment Assignment => (_held ?? throw new InvalidOperationException("No task acts.")).Assignment;

    public AttemptRef Ref => Assignment.Ref;

    public RunId Run => Assignment.Id().Action.Run;

    /// <summary>
    /// Refuses an action of another run, or another of this run: what a task may act for is what its capability names.
    /// The org is not compared, it is the run's own whatever a client guesses.
    /// </summary>
    public void RequireSelf(string project, string domain, string run, string action)
    {
        if (Run.Project != project || Run.Domain != domain || Run.Name != run || Assignment.ActionId.Name != action)
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "action_foreign", "A task acts for its own action only.",
                "Call as the action that RUN_NAME and ACTION_NAME name.");
        }
    }

    public void Become(HeldAttempt held) => _held = held;
}
