using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Everything the control plane knows of one action.</summary>
public sealed record GetAction(string Project, string Domain, string Run, string Action)
    : IUseCase<ActionDetail>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

/// <param name="TaskProjection">Encoded TaskSpec, orchestration fields only.</param>
/// <param name="TaskPrivate">Keyed digest of the rest; empty when there is none.</param>
public sealed record ActionDetail(
    ActionRow Action, ReadOnlyMemory<byte> TaskProjection, string TaskPrivate, IReadOnlyList<AttemptRow> Attempts,
    IReadOnlyList<PhaseEventRow> Events, RunRow Run);

internal sealed class GetActionHandler(MetadataDatabase database, RecentActions recent, Caller caller)
    : IRequestHandler<GetAction, ActionDetail>
{
    public Task<ActionDetail> Handle(GetAction request, CancellationToken cancellationToken)
    {
        var run = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        return database.ReadAsync(
            run.Org, session => recent.ReadAsync(session, new ActionId(run, request.Action)), cancellationToken);
    }
}
