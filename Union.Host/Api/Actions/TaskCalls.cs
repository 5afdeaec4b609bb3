using Flyteidl2.Common;
using Flyteidl2.Workflow;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Actions;
using Union.Core.ComputePlane.Children;

namespace Union.Host.Api.Actions;

/// <summary>What a task asks of its cluster, whichever of the contract's services it asks: for its own action only.</summary>
internal sealed class TaskCalls(IMediator mediator, ActingTask task)
{
    /// <param name="Spec">A TaskAction, TraceAction or ConditionAction; null where the message has none.</param>
    public sealed record Child(ActionIdentifier? Id, string Parent, string Group, string InputUri, object? Spec);

    public Task EnqueueAsync(Child child, CancellationToken cancellationToken)
    {
        RequireSelf(child.Id, child.Parent);
        var name = child.Id!.Name;
        return child.Spec switch
        {
            TaskAction called => mediator.Send(
                new EnqueueTask(name, child.Group, SpecOf(called), child.InputUri)
                {
                    CacheKey = called.CacheKey ?? "",
                    Queue = called.Queue,
                },
                cancellationToken),
            TraceAction trace => mediator.Send(new RecordTrace(name, child.Group, child.InputUri, trace), cancellationToken),
            ConditionAction condition => mediator.Send(new EnqueueCondition(name, child.Group, condition), cancellationToken),
            _ => throw new UnionException(
                ErrorCode.InvalidArgument, "request_invalid", "The action is neither a task nor a trace nor a condition."),
        };
    }

    public Task<IAsyncEnumerable<WatchedAction?>> WatchAsync(ActionIdentifier? parent, CancellationToken cancellationToken)
    {
        RequireSelf(parent, parent?.Name ?? "");
        return mediator.Send(new WatchOwnChildren(), cancellationToken);
    }

    public Task AbortAsync(ActionIdentifier? child, CancellationToken cancellationToken)
    {
        RequireSelf(child, task.Assignment.ActionId.Name);
        return mediator.Send(new AbortChild(child!.Name), cancellationToken);
    }

    public Task SignalAsync(
        ActionIdentifier? condition, string parent, Flyteidl2.Core.Literal value, CancellationToken cancellationToken)
    {
        RequireSelf(condition, parent);
        return mediator.Send(new SignalOwnCondition(condition!.Name, value), cancellationToken);
    }

    private void RequireSelf(ActionIdentifier? id, string parent) => task.RequireSelf(
        id?.Run?.Project ?? "", id?.Run?.Domain ?? "", id?.Run?.Name ?? "", parent);

    private static Flyteidl2.Task.TaskSpec SpecOf(TaskAction task)
    {
        var spec = task.Spec?.Clone() ?? throw new UnionException(
            ErrorCode.InvalidArgument, "request_invalid", "A child needs the spec of its task.");
        spec.TaskTemplate ??= new Flyteidl2.Core.TaskTemplate();
        spec.TaskTemplate.Id ??= new Flyteidl2.Core.Identifier
        {
            Name = task.Id?.Name ?? "",
            Version = task.Id?.Version ?? "",
        };
        return spec;
    }
}
