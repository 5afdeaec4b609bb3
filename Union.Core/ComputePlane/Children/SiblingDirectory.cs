using System.Runtime.CompilerServices;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Children;

/// <summary>What the control plane knows of a task's own children.</summary>
public sealed class SiblingDirectory(Coordinator.CoordinatorClient coordinator, ActingTask task)
{
    /// <summary>Every child that exists, then null, then each change until the reader leaves.</summary>
    public async IAsyncEnumerable<ChildUpdate?> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = coordinator.WatchForUpdates(
            new WatchForUpdatesRequest { Parent = task.Ref }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            yield return call.ResponseStream.Current.Update;
        }
    }

    /// <summary>The reference to the outputs of a child that has succeeded.</summary>
    public async Task<string> OutputsOfAsync(string child, CancellationToken cancellationToken)
    {
        await foreach (var update in WatchAsync(cancellationToken))
        {
            if (update is null)
            {
                break;
            }

            if (update.Name == child)
            {
                return update.Phase is Flyteidl2.Common.ActionPhase.Succeeded or Flyteidl2.Common.ActionPhase.Recovered
                    ? update.OutputUri
                    : throw new UnionException(
                        ErrorCode.FailedPrecondition, "child_not_succeeded", $"The child {child} has not succeeded.",
                        $"Wait for it first: 'union action wait {child}'.");
            }
        }

        throw NoSuchChild(child);
    }

    public static UnionException NoSuchChild(string child) => new(
        ErrorCode.NotFound, "child_unknown", $"This action has no child {child}.",
        "Enqueue it first: 'union action enqueue FILE --name NAME'.");
}
