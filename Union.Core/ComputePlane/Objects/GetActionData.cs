using FluentValidation;
using Flyteidl2.Task;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Inputs and newest outputs of an action; what is not there (yet) is empty.</summary>
public sealed record GetActionData(string Project, string Domain, string Run, string Action)
    : IUseCase<ActionData>, IUserRequest
{
    public Verb Verb => Verb.DataRead;
}

/// <param name="InputsAt">Where inputs.pb is; null where there is none. The same for the outputs.</param>
public sealed record ActionData(Inputs Inputs, Outputs Outputs, Reference? InputsAt, Reference? OutputsAt)
{
    public override string ToString() => nameof(ActionData);
}

internal sealed class GetActionDataValidator : AbstractValidator<GetActionData>
{
    public GetActionDataValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName();
        RuleFor(c => c.Action).ActionName();
    }
}

internal sealed class GetActionDataHandler(Caller caller, IObjectStore store, ObjectLayout layout)
    : IRequestHandler<GetActionData, ActionData>
{
    public async Task<ActionData> Handle(GetActionData request, CancellationToken cancellationToken)
    {
        var run = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var action = new ActionId(run, request.Action);
        var inputs = await store.ReadAsync(layout.ActionInputs(action), Inputs.Parser, cancellationToken);
        var attempt = await store.NewestWithAsync(layout, action, "outputs.pb", cancellationToken);
        var outputs = attempt is null
            ? null
            : await store.ReadAsync(layout.Outputs(attempt), Outputs.Parser, cancellationToken);
        return new ActionData(
            inputs ?? new Inputs(), outputs ?? new Outputs(),
            inputs is null ? null : store.ReferenceTo(layout.ActionInputs(action)),
            attempt is null ? null : store.ReferenceTo(layout.Outputs(attempt)));
    }
}
