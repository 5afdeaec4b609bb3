using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A page of runs, each as its root action.</summary>
public sealed record ListRuns(RunScope Scope, ListQuery Query) : IUseCase<Page<ActionRow>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;

    public string? Project => Scope.Project;

    public string? Domain => Scope.Domain;
}

internal sealed class ListRunsHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<ListRuns, Page<ActionRow>>
{
    public Task<Page<ActionRow>> Handle(ListRuns request, CancellationToken cancellationToken)
    {
        var org = caller.Principal.Org;
        return database.ReadAsync(org, session => ReadAsync(session, org, request), cancellationToken);
    }

    internal static Task<Page<ActionRow>> ReadAsync(Session session, string org, ListRuns request)
    {
        var query = request.Query;
        var meets = RunFields.OfRuns.Compile(query.Filters);
        var scope = request.Scope.NarrowBy(query.Filters);
        return Scan.ReadAsync(
            query, row => scope.Meets(row) && meets(row), RunListStore.PositionOf,
            (after, limit) => RunListStore.PageAsync(session, org, scope, query.NewestFirst, after, limit));
    }
}
