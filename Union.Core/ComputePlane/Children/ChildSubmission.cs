using Flyteidl2.Task;
using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Projections;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Children;

/// <summary>
/// Hands a child of the acting task to the control plane: the private half of what it is stays in the customer's store,
/// the projection goes on.
/// </summary>
public sealed class ChildSubmission(
    Coordinator.CoordinatorClient coordinator, ActingTask task, PrivateParts privateParts, OutputsCopy outputs)
{
    /// <param name="child">All that is known of it but its parent and what it is.</param>
    /// <param name="spec">A TaskSpec, TraceAction or ConditionAction.</param>
    public async System.Threading.Tasks.Task EnqueueAsync(EnqueueRequest child, IMessage spec, CancellationToken cancellationToken)
    {
        var split = SplitMessage.Of(spec);
        child.Parent = task.Ref;
        child.TaskProjection = ByteString.CopyFrom(split.Projection.Span);
        child.TaskPrivate = await privateParts.PutAsync(task.Run.Scope, split.Private, cancellationToken);
        if (spec is TaskSpec called && task.Assignment.Recovers)
        {
            await TakeOverAsync(child, called.TaskTemplate?.Id?.Name ?? "", cancellationToken);
        }

        await coordinator.EnqueueAsync(child, cancellationToken: cancellationToken);
    }

    // What the run before has computed, if it is there still: otherwise the child runs.
    private async System.Threading.Tasks.Task TakeOverAsync(
        EnqueueRequest child, string taskName, CancellationToken cancellationToken)
    {
        var found = await coordinator.FindRecoverableAsync(
            new FindRecoverableRequest
            {
                Parent = child.Parent,
                Name = child.Name,
                TaskName = taskName,
                InputsDigest = child.InputsDigest,
            },
            cancellationToken: cancellationToken);
        if (found.OutputUri.Length > 0
            && await outputs.TryMakeAsync(
                new AttemptId(new ActionId(task.Run, child.Name), 1), found.OutputUri, cancellationToken) is { } copy)
        {
            child.RecoveredUri = found.OutputUri;
            child.CopyUri = copy.ToString();
        }
    }
}
