using Google.Protobuf.WellKnownTypes;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;

namespace Union.Core.ComputePlane;

/// <summary>Leased work in the words of this plane.</summary>
public static class AssignmentExtensions
{
    public static AttemptId Id(this Assignment assignment)
    {
        var run = assignment.ActionId.Run;
        return new AttemptId(
            new ActionId(new RunId(run.Org, run.Project, run.Domain, run.Name), assignment.ActionId.Name),
            (int)assignment.Attempt);
    }

    /// <summary>When the run was due, which is when it was created unless a trigger started it.</summary>
    public static DateTimeOffset Due(this Assignment assignment) =>
        (assignment.RunStartTime ?? new Timestamp()).ToDateTimeOffset();

    public static AttemptKey Key(this AttemptRef key) => new(key.AttemptUid, key.Fence);

    public static AttemptRef ToRef(this AttemptKey key) => new() { AttemptUid = key.Uid, Fence = key.Fence };
}
