using FluentValidation;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Children;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>Ends a child of the calling action with everything below it; answers its name.</summary>
public sealed record AbortChild(string Name) : IUseCase<string>, ITaskRequest;

internal sealed class AbortChildValidator : AbstractValidator<AbortChild>
{
    public AbortChildValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsAction).WithMessage("The action's name is malformed.");
    }
}

internal sealed class AbortChildHandler(Coordinator.CoordinatorClient coordinator, ActingTask task)
    : IRequestHandler<AbortChild, string>
{
    public async Task<string> Handle(AbortChild request, CancellationToken cancellationToken)
    {
        await coordinator.AbortChildAsync(
            new AbortChildRequest { Parent = task.Ref, Name = request.Name }, cancellationToken: cancellationToken);
        return request.Name;
    }
}
