using FluentValidation;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Google.Protobuf;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.ComputePlane.Children;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// Resolves a condition that the calling action asked, as a task may that got the answer by itself. Answers the
/// condition's name. Safe to repeat.
/// </summary>
public sealed record SignalOwnCondition(string Name, Literal Value) : IUseCase<string>, ITaskRequest;

internal sealed class SignalOwnConditionValidator : AbstractValidator<SignalOwnCondition>
{
    public SignalOwnConditionValidator()
    {
        RuleFor(c => c.Name).ChildName();
        RuleFor(c => c.Value.CalculateSize()).LessThanOrEqualTo(PrivateParts.MaxBytes).WithMessage("The value is too large.");
        RuleFor(c => c.Value).Must(v => SignalOwnConditionHandler.TypeOf(v) is not null)
            .WithMessage("The value must be a boolean, an integer, a float or a string.");
    }
}

internal sealed class SignalOwnConditionHandler(
    Coordinator.CoordinatorClient coordinator, PrivateParts privateParts, ActingTask task)
    : IRequestHandler<SignalOwnCondition, string>
{
    public async Task<string> Handle(SignalOwnCondition request, CancellationToken cancellationToken)
    {
        var run = task.Run;
        await coordinator.SignalAsync(
            new SignalRequest
            {
                ActionId = new ActionIdentifier
                {
                    Run = new RunIdentifier { Org = run.Org, Project = run.Project, Domain = run.Domain, Name = run.Name },
                    Name = request.Name,
                },
                ValueType = TypeOf(request.Value)!.Value.ToString(),
                ValuePrivate = await privateParts.PutAsync(run.Scope, request.Value.ToByteArray(), cancellationToken),
                SignalledBy = $"task:{run.Name}/{task.Assignment.ActionId.Name}",
                Parent = task.Ref,
            },
            cancellationToken: cancellationToken);
        return request.Name;
    }

    /// <summary>The type of a value that a condition may have; null for any other.</summary>
    internal static SimpleType? TypeOf(Literal value) => value.Scalar?.Primitive?.ValueCase switch
    {
        Primitive.ValueOneofCase.Boolean => SimpleType.Boolean,
        Primitive.ValueOneofCase.Integer => SimpleType.Integer,
        Primitive.ValueOneofCase.FloatValue => SimpleType.Float,
        Primitive.ValueOneofCase.StringValue => SimpleType.String,
        _ => null,
    };
}
