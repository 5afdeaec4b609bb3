using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Objects;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Logs;

/// <summary>Opens the stream of an attempt's lines: permission is checked before the first.</summary>
public sealed record TailActionLogs(string Project, string Domain, string Run, string Action, int Attempt, bool Follow)
    : IUseCase<IAsyncEnumerable<LogLine>>, IUserRequest
{
    public Verb Verb => Verb.LogsRead;
}

internal sealed class TailActionLogsValidator : AbstractValidator<TailActionLogs>
{
    public TailActionLogsValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName();
        RuleFor(c => c.Action).ActionName();
        RuleFor(c => c.Attempt).GreaterThan(0).WithMessage("Attempt must be 1 or more.");
    }
}

internal sealed class TailActionLogsHandler(Caller caller, IActionLogs logs)
    : IRequestHandler<TailActionLogs, IAsyncEnumerable<LogLine>>
{
    public Task<IAsyncEnumerable<LogLine>> Handle(TailActionLogs request, CancellationToken cancellationToken)
    {
        var run = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        return Task.FromResult(logs.ReadAsync(
            new ActionId(run, request.Action), request.Attempt, request.Follow, cancellationToken));
    }
}
