using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary.Projections;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Children;

/// <summary>
/// Hands a child of the acting task to the control plane: the private half of what it is stays in the customer's store,
/// the projection goes on.
/// </summary>
public sealed class ChildSubmission(Coordinator.CoordinatorClient coordinator, ActingTask task, PrivateParts privateParts)
{
    /// <param name="child">All that is known of it but its parent and what it is.</param>
    /// <param name="spec">A TaskSpec, TraceAction or ConditionAction.</param>
    public async Task EnqueueAsync(EnqueueRequest child, IMessage spec, CancellationToken cancellationToken)
    {
        var split = SplitMessage.Of(spec);
        child.Parent = task.Ref;
        child.TaskProjection = ByteString.CopyFrom(split.Projection.Span);
        child.TaskPrivate = await privateParts.PutAsync(task.Run.Scope, split.Private, cancellationToken);
        await coordinator.EnqueueAsync(child, cancellationToken: cancellationToken);
    }
}
