using FluentValidation;
using Flyteidl2.Workflow;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Children;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// Asks a question below the calling action and lets it wait for a person's answer. The prompt stays in the customer's
/// store. Answers the condition's name.
/// </summary>
public sealed record EnqueueCondition(string Name, string Group, ConditionAction Condition) : IUseCase<string>, ITaskRequest;

internal sealed class EnqueueConditionValidator : AbstractValidator<EnqueueCondition>
{
    public EnqueueConditionValidator()
    {
        RuleFor(c => c.Name).ChildName();
        RuleFor(c => c.Group).GroupName();
        RuleFor(c => c.Condition.Name).Length(1, 255).WithMessage("A condition needs a name of at most 255 characters.");
        RuleFor(c => c.Condition.CalculateSize()).LessThanOrEqualTo(1 << 20).WithMessage("A condition may have 1 MiB.");
        RuleFor(c => c.Condition.Webhook).Null().WithMessage("This cluster calls no webhooks; leave the field out.");
    }
}

internal sealed class EnqueueConditionHandler(ChildSubmission children) : IRequestHandler<EnqueueCondition, string>
{
    public async Task<string> Handle(EnqueueCondition request, CancellationToken cancellationToken)
    {
        var child = new EnqueueRequest
        {
            Name = request.Name,
            Group = request.Group,
            Kind = ChildKind.Condition,
            Timeout = request.Condition.Timeout,
        };
        await children.EnqueueAsync(child, request.Condition, cancellationToken);
        return request.Name;
    }
}
