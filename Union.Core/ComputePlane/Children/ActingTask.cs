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

    public void Become(HeldAttempt held) => _held = held;
}
