using FluentValidation;
using Flyteidl2.Core;
using Google.Protobuf;
using MediatR;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;
using ActionIdentifier = Flyteidl2.Common.ActionIdentifier;

namespace Union.Core.ComputePlane.Actions;

/// <summary>
/// Resolves a condition for a person. The value is customer data: it stays in the customer's store, and the control
/// plane learns its type and keyed digest. Answers the condition's name.
/// </summary>
public sealed record SignalCondition(string Project, string Domain, string Run, string Action, Literal Value, SimpleType Type)
    : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.RunsCreate;

    public string AuditedResource => $"condition {Project}/{Domain}/{Run}/{Action}";

    public override string ToString() => $"{nameof(SignalCondition)} {AuditedResource}";
}

internal sealed class SignalConditionValidator : AbstractValidator<SignalCondition>
{
    public SignalConditionValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName();
        RuleFor(c => c.Action).ActionName();
        RuleFor(c => c.Value.CalculateSize()).LessThanOrEqualTo(PrivateParts.MaxBytes).WithMessage("The value is too large.");
    }
}

internal sealed class SignalConditionHandler(
    Coordinator.CoordinatorClient coordinator, PrivateParts privateParts, Caller caller)
    : IRequestHandler<SignalCondition, string>
{
    public async Task<string> Handle(SignalCondition request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        await coordinator.SignalAsync(
            new SignalRequest
            {
                ActionId = new ActionIdentifier
                {
                    Run = new Flyteidl2.Common.RunIdentifier
                    {
                        Org = scope.Org,
                        Project = scope.Project,
                        Domain = scope.Domain,
                        Name = request.Run,
                    },
                    Name = request.Action,
                },
                ValueType = request.Type.ToString(),
                ValuePrivate = await privateParts.PutAsync(scope, request.Value.ToByteArray(), cancellationToken),
                SignalledBy = caller.Principal.Subject,
            },
            cancellationToken: cancellationToken);
        return request.Action;
    }
}
