using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A page of a run's actions, in the order of their creation.</summary>
/// <param name="AfterId">Where the page before ended; 0 for the first.</param>
public sealed record ListActions(string Project, string Domain, string Run, int Limit, long AfterId)
    : IUseCase<IReadOnlyList<ActionRow>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

internal sealed class ListActionsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListActions, IReadOnlyList<ActionRow>>
{
    public Task<IReadOnlyList<ActionRow>> Handle(ListActions request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<IReadOnlyList<ActionRow>> ReadAsync(Session session, ListActions request)
    {
        var id = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var run = await RunStore.FindAsync(session, id) ?? throw RunErrors.NoSuchRun(request.Run);
        return await ActionStore.PageAsync(session, run.Org, run.Id, request.AfterId, request.Limit);
    }
}
