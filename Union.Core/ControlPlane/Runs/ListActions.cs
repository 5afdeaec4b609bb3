using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A page of a run's actions, in the order of their creation.</summary>
public sealed record ListActions(string Project, string Domain, string Run, ListQuery Query)
    : IUseCase<Page<ActionRow>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

internal sealed class ListActionsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListActions, Page<ActionRow>>
{
    public Task<Page<ActionRow>> Handle(ListActions request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<Page<ActionRow>> ReadAsync(Session session, ListActions request)
    {
        var meets = RunFields.OfActions.Compile(request.Query.Filters);
        var id = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var run = await RunStore.FindAsync(session, id) ?? throw RunErrors.NoSuchRun(request.Run);
        return await Scan.ReadAsync(
            request.Query, meets, row => new Position(row.CreatedAt, row.Id),
            (after, limit) => ActionStore.PageAsync(
                session, run.Org, run.Id, after.Id, request.Query.NewestFirst, limit));
    }
}
