using System.Runtime.CompilerServices;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// One action: first as it is, then as it is after every change, until it is over. A slow reader skips states in between,
/// never the last one.
/// </summary>
public sealed record WatchAction(string Project, string Domain, string Run, string Action)
    : IUseCase<IAsyncEnumerable<ActionDetail>>, IUserRequest
{
    public Verb Verb => Verb.RunsRead;
}

internal sealed class WatchActionHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<WatchAction, IAsyncEnumerable<ActionDetail>>
{
    /// <summary>A wake-up that was lost costs this long and nothing else.</summary>
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    public async Task<IAsyncEnumerable<ActionDetail>> Handle(WatchAction request, CancellationToken cancellationToken)
    {
        var id = new ActionId(
            new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run), request.Action);
        var action = (await ReadAsync(id, cancellationToken)).Action;
        return WatchAsync(id, action, cancellationToken);
    }

    private Task<ActionDetail> ReadAsync(ActionId id, CancellationToken cancellationToken) =>
        database.ReadAsync(id.Run.Org, session => GetActionHandler.ReadAsync(session, id), cancellationToken);

    private async IAsyncEnumerable<ActionDetail> WatchAsync(
        ActionId id, ActionRow action, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = signals.Runs.Subscribe(action.RunRowId);
        for (var seen = -1L; ;)
        {
            // A run's actions wake all of its watchers; one number tells whether this one is meant.
            var change = await database.ReadAsync(
                action.Org, session => ActionStore.ChangeOfAsync(session, action.Org, action.Id), cancellationToken);
            if (change != seen)
            {
                var detail = await ReadAsync(id, cancellationToken);
                seen = detail.Action.Change;
                yield return detail;
                if (detail.Action.Phase.IsTerminal())
                {
                    yield break;
                }
            }

            await subscription.WaitAsync(SafetyNet, time, cancellationToken);
        }
    }
}
