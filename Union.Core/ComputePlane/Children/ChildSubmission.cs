using Flyteidl2.Task;
using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary.Projections;
using Union.Core.ComputePlane.Objects;
using Task = System.Threading.Tasks.Task;

namespace Union.Core.ComputePlane.Children;

/// <summary>
/// Hands a child of the acting task to the control plane: the private half of what it runs stays in the customer's
/// store, the projection goes on.
/// </summary>
public sealed class ChildSubmission(Coordinator.CoordinatorClient coordinator, ActingTask task, PrivateParts privateParts)
{
    public async Task EnqueueAsync(
        string name, string group, TaskSpec spec, string inputUri, CancellationToken cancellationToken)
    {
        var split = SplitMessage.Of(spec);
        await coordinator.EnqueueAsync(
            new EnqueueRequest
            {
                Parent = task.Ref,
                Name = name,
                Group = group,
                TaskProjection = ByteString.CopyFrom(split.Projection.Span),
                TaskPrivate = await privateParts.PutAsync(task.Run.Scope, split.Private, cancellationToken),
                InputUri = inputUri,
            },
            cancellationToken: cancellationToken);
    }
}
