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
    MetadataDatabase database, RecentActions recent, Caller caller, ActionWatches watches)
    : IRequestHandler<WatchAction, IAsyncEnumerable<ActionDetail>>
{
    public async Task<IAsyncEnumerable<ActionDetail>> Handle(WatchAction request, CancellationToken cancellationToken)
    {
        var id = new ActionId(
            new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run), request.Action);
        var first = await database.ReadAsync(
            id.Run.Org, session => recent.ReadAsync(session, id), cancellationToken);
        return WatchAsync(id, first, cancellationToken);
    }

    private async IAsyncEnumerable<ActionDetail> WatchAsync(
        ActionId id, ActionDetail first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return first;
        if (first.Action.Phase.IsTerminal())
        {
            yield break;
        }

        using var seat = watches.Join(id, first.Action);
        for (var detail = first; !detail.Action.Phase.IsTerminal();)
        {
            detail = await seat.NextAsync(detail.Action.Change, cancellationToken);
            yield return detail;
        }
    }
}
