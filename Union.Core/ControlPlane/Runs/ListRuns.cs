using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A page of runs, newest first, each with its root action.</summary>
/// <param name="Before">Where the page before ended; null for the first.</param>
public sealed record ListRuns(string? Project, string? Domain, int Limit, RunPosition? Before)
    : IUseCase<RunPage>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

/// <param name="CreatedAt">Microseconds since 1970 UTC.</param>
public sealed record RunPosition(long CreatedAt, long Id);

/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record RunPage(IReadOnlyList<ActionRow> Roots, RunPosition? Next);

internal sealed class ListRunsHandler(MetadataDatabase database, Caller caller) : IRequestHandler<ListRuns, RunPage>
{
    public Task<RunPage> Handle(ListRuns request, CancellationToken cancellationToken) =>
        database.ReadAsync(caller.Principal.Org, session => ReadAsync(session, request), cancellationToken);

    private async Task<RunPage> ReadAsync(Session session, ListRuns request)
    {
        var org = caller.Principal.Org;
        var before = request.Before ?? new RunPosition(long.MaxValue, long.MaxValue);
        var runs = await RunStore.PageAsync(
            session, org, request.Project, request.Domain, before.CreatedAt, before.Id, request.Limit);
        var roots = new List<ActionRow>(runs.Count);
        foreach (var run in runs)
        {
            roots.Add((await ActionStore.FindRootAsync(session, org, run.Id))!);
        }

        return new RunPage(
            roots, runs.Count < request.Limit ? null : new RunPosition(runs[^1].CreatedAt, runs[^1].Id));
    }
}
