using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The newest runs of a scope, each as its root action: first all of them, then those that are new or changed. A watch
/// follows the newest 500, which bounds what it remembers; older ones are read with <see cref="ListRuns"/>.
/// </summary>
public sealed record WatchRuns(RunScope Scope) : IUseCase<IAsyncEnumerable<IReadOnlyList<ActionRow>>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;

    public string? Project => Scope.Project;

    public string? Domain => Scope.Domain;
}

internal sealed class WatchRunsHandler(MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<WatchRuns, IAsyncEnumerable<IReadOnlyList<ActionRow>>>
{
    private const int Followed = 500;

    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    /// <summary>However much happens, the list is read no more often than this.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    public Task<IAsyncEnumerable<IReadOnlyList<ActionRow>>> Handle(
        WatchRuns request, CancellationToken cancellationToken) =>
        Task.FromResult(WatchAsync(caller.Principal.Org, request.Scope, cancellationToken));

    private async IAsyncEnumerable<IReadOnlyList<ActionRow>> WatchAsync(
        string org, RunScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = signals.Runs.Subscribe(RunSignals.AnyRun);
        var list = new ListRuns(scope, ListQuery.First(Followed));
        Dictionary<long, long>? seen = null;
        while (true)
        {
            var runs = (await database.ReadAsync(
                org, session => ListRunsHandler.ReadAsync(session, org, list), cancellationToken)).Rows;
            var changed = runs.Where(run => seen is null || !seen.TryGetValue(run.RunRowId, out var change)
                || change != run.Change).ToList();
            if (seen is null || changed.Count > 0)
            {
                yield return changed;
            }

            seen = runs.ToDictionary(run => run.RunRowId, run => run.Change);
            await subscription.WaitAsync(SafetyNet, time, cancellationToken);
            await Task.Delay(Pace, time, cancellationToken);
        }
    }
}
