using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;

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

public sealed record WatchedAction(ActionRow Action, bool MeetsFilters);

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
        var seen = 0L;
        while (true)
        {
            var changed = await database.ReadAsync(
                run.Org, session => ActionStore.ChangedAsync(session, run.Org, run.Id, seen, PageSize), cancellationToken);
            if (changed.Count > 0)
            {
                seen = changed[^1].Change;
                yield return [.. changed.Select(action => new WatchedAction(action, meets(action)))];
            }

            if (changed.Count < PageSize)
            {
                await subscription.WaitAsync(SafetyNet, time, cancellationToken);
            }
        }
    }
}
