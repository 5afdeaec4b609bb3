using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>The runs of a project by their task: first all groups, then those that changed, and the names of those that are gone.</summary>
/// <param name="From">Only runs created since then; null does not narrow.</param>
/// <param name="Until">Only runs created before then; null does not narrow.</param>
public sealed record WatchRunGroups(
    string? Project, string? Domain, DateTimeOffset? From, DateTimeOffset? Until, IReadOnlyList<Filter> Filters)
    : IUseCase<IAsyncEnumerable<RunGroupChanges>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

public sealed record RunGroupChanges(IReadOnlyList<RunGroup> Changed, IReadOnlyList<string> Gone);

internal sealed class WatchRunGroupsHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<WatchRunGroups, IAsyncEnumerable<RunGroupChanges>>
{
    /// <summary>Groups are made of the newest so many runs.</summary>
    private const int MaxRuns = 5_000;

    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    public Task<IAsyncEnumerable<RunGroupChanges>> Handle(WatchRunGroups request, CancellationToken cancellationToken)
    {
        var meets = RunFields.OfRuns.Compile(request.Filters);
        return Task.FromResult(WatchAsync(caller.Principal.Org, request, meets, cancellationToken));
    }

    private async IAsyncEnumerable<RunGroupChanges> WatchAsync(
        string org, WatchRunGroups request, Predicate<ActionRow> meets,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = signals.Runs.Subscribe(RunSignals.AnyRun);
        Dictionary<string, long>? seen = null;
        while (true)
        {
            var groups = await database.ReadAsync(
                org, session => ReadAsync(session, org, request, meets), cancellationToken);
            var changed = groups.Where(g => seen?.GetValueOrDefault(g.TaskName) != g.Change).ToList();
            var names = groups.ToDictionary(g => g.TaskName, g => g.Change);
            var gone = seen?.Keys.Where(name => !names.ContainsKey(name)).ToList() ?? [];
            if (seen is null || changed.Count + gone.Count > 0)
            {
                yield return new RunGroupChanges(changed, gone);
            }

            seen = names;
            await subscription.WaitAsync(SafetyNet, time, cancellationToken);
            await Task.Delay(Pace, time, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<RunGroup>> ReadAsync(
        Session session, string org, WatchRunGroups request, Predicate<ActionRow> meets)
    {
        var (from, until) = (request.From?.ToMicros() ?? 0, request.Until?.ToMicros());
        var scope = new RunScope(request.Project, request.Domain);
        var start = until is { } end ? new Position(end, 0) : Position.Start(newestFirst: true);
        var page = await Scan.ReadAsync(
            new ListQuery(MaxRuns, [], NewestFirst: true, start),
            row => scope.Meets(row) && row.CreatedAt >= from && meets(row), RunListStore.PositionOf,
            async (after, limit) => after.At < from
                ? []
                : await RunListStore.PageAsync(session, org, scope, newestFirst: true, after, limit));
        return [.. page.Rows.GroupBy(row => row.TaskName).Select(g => RunGroup.Of(g.Key, [.. g]))];
    }
}
