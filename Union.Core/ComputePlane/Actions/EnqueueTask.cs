using FluentValidation;
using Flyteidl2.Task;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Caching;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// Starts a task below the calling action, as the stock SDK does: it has chosen the name and written the inputs already.
/// Safe to repeat.
/// </summary>
/// <param name="InputUri">Reference to inputs.pb, or to its folder.</param>
public sealed record EnqueueTask(string Name, string Group, TaskSpec Task, string InputUri)
    : IUseCase<string>, ITaskRequest
{
    /// <summary>What the client says decides the result; a plain hash of the inputs, which stays here.</summary>
    public string CacheKey { get; init; } = "";

    /// <summary>Empty: the one in which the caller waited.</summary>
    public string Queue { get; init; } = "";
}

internal sealed class EnqueueTaskValidator : AbstractValidator<EnqueueTask>
{
    public EnqueueTaskValidator()
    {
        RuleFor(c => c.Name).ChildName();
        RuleFor(c => c.Group).GroupName();
        RuleFor(c => c.CacheKey).MaximumLength(255).WithMessage("A cache key may have 255 characters.");
        RuleFor(c => c.Queue).Must(q => q.Length == 0 || Names.IsResource(q)).WithMessage("The queue's name is malformed.");
        RuleFor(c => c.Task.CalculateSize()).LessThanOrEqualTo(1 << 20).WithMessage("A task may have 1 MiB.");
    }
}

internal sealed class EnqueueTaskHandler(ChildSubmission children, ActingTask task, ProjectFence fence, CacheKeys keys)
    : IRequestHandler<EnqueueTask, string>
{
    public async Task<string> Handle(EnqueueTask request, CancellationToken cancellationToken)
    {
        Fence(request.InputUri, "the inputs");
        Fence(request.Task.TaskTemplate?.Metadata?.CodeBundleUri ?? "", "the code bundle");
        var child = new EnqueueRequest
        {
            Name = request.Name,
            Group = request.Group,
            Kind = ChildKind.Task,
            InputUri = request.InputUri,
            Queue = request.Queue,
            CacheKey = keys.OfClientKey(task.Run.Scope, request.Task, request.CacheKey),
        };
        await children.EnqueueAsync(child, request.Task, cancellationToken);
        return request.Name;
    }

    private void Fence(string uri, string what)
    {
        if (uri.Length > 0)
        {
            fence.Resolve(task.Run.Scope, uri, what);
        }
    }
}
