using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The actions of a run: first all that exist, then every change in order. A slow reader skips states in between, never
/// the last one. Ends when the caller leaves.
/// </summary>
/// <param name="Filters">Do not narrow the answer: each action says whether it meets them, so that a tree stays whole.</param>
public sealed record WatchActions(string Project, string Domain, string Run, IReadOnlyList<Filter> Filters)
    : IUseCase<IAsyncEnumerable<IReadOnlyList<WatchedAction>>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

/// <param name="Children">How many of its children are in which phase; one of them that changes shows its parent again.</param>
public sealed record WatchedAction(
    ActionRow Action, bool MeetsFilters, IReadOnlyDictionary<ActionPhase, int> Children);

internal sealed class WatchActionsHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<WatchActions, IAsyncEnumerable<IReadOnlyList<WatchedAction>>>
{
    private const int PageSize = 500;

    /// <summary>A wake-up that was lost costs this long and nothing else.</summary>
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    public async Task<IAsyncEnumerable<IReadOnlyList<WatchedAction>>> Handle(
        WatchActions request, CancellationToken cancellationToken)
    {
        var meets = RunFields.OfActions.Compile(request.Filters);
        var id = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var run = await database.ReadAsync(id.Org, session => RunStore.FindAsync(session, id), cancellationToken)
            ?? throw RunErrors.NoSuchRun(request.Run);
        return WatchAsync(run, meets, cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<WatchedAction>> WatchAsync(
        RunRow run, Predicate<ActionRow> meets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = signals.Runs.Subscribe(run.Id);
        var (seen, tally) = (0L, new ChildTally());
        while (true)
        {
            var (changed, parents) = await database.ReadAsync(
                run.Org, session => ReadAsync(session, run, seen, tally), cancellationToken);
            if (changed.Count > 0)
            {
                seen = changed[^1].Change;
                yield return [.. changed.Concat(parents)
                    .Select(action => new WatchedAction(action, meets(action), tally.Of(action.Id)))];
            }

            if (changed.Count < PageSize)
            {
                await subscription.WaitAsync(SafetyNet, time, cancellationToken);
            }
        }
    }

    private static async Task<(IReadOnlyList<ActionRow> Changed, IReadOnlyList<ActionRow> Parents)> ReadAsync(
        Session session, RunRow run, long seen, ChildTally tally)
    {
        var changed = await ActionStore.ChangedAsync(session, run.Org, run.Id, seen, PageSize);
        var parents = tally.Take(changed).Except(changed.Select(action => action.Id)).ToList();
        return (changed, parents.Count == 0 ? [] : await ActionStore.ListAsync(session, run.Org, parents));
    }
}
