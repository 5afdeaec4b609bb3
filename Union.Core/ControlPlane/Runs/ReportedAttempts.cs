using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Clusters;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// The attempts that a report speaks of, with their actions, read and locked in a few statements whatever their number.
/// What the report makes of them is kept here until it is written.
/// </summary>
internal sealed class ReportedAttempts
{
    private readonly Session _session;
    private readonly ClusterIdentity _cluster;
    private readonly HashSet<long> _parents;
    private readonly Dictionary<string, AttemptRow> _changed = [];
    private Dictionary<string, AttemptRow> _attempts = [];
    private Dictionary<long, ActionRow> _actions = [];

    private ReportedAttempts(Session session, ClusterIdentity cluster, HashSet<long> parents) =>
        (_session, _cluster, _parents) = (session, cluster, parents);

    public IEnumerable<Statement> Updates => _changed.Values.Select(AttemptStore.Update);

    /// <param name="before">What is locked before, in the same round trip.</param>
    public static async Task<ReportedAttempts> LockAsync(
        Session session, ClusterIdentity cluster, ActionMachine machine, IReadOnlyList<AttemptEvent> events, Statement before)
    {
        string[] uids = [.. events.Select(e => e.Key.Uid).Distinct()];
        var (org, id) = (cluster.Org, cluster.ClusterId);
        var runs = RunStore.LockOfAttempts(org, id, uids);
        var attempts = AttemptStore.List(org, id, uids);
        var parents = ActionStore.Parents(org, id, uids);
        await session.BatchAsync([before, runs, attempts, parents]);
        var reported = new ReportedAttempts(session, cluster, [.. parents.Rows])
        {
            _attempts = attempts.Rows.ToDictionary(a => a.Uid),
        };
        await reported.ReadActionsAsync([.. attempts.Rows.Select(a => a.ActionId)]);
        machine.Defer(reported._actions.Keys.Except(parents.Rows).ToHashSet());
        return reported;
    }

    /// <summary>Null for an attempt that this cluster does not hold.</summary>
    public AttemptRow? Find(AttemptKey key) =>
        _attempts.TryGetValue(key.Uid, out var attempt) && attempt.Fence == key.Fence && attempt.EndedAt is null ? attempt : null;

    public ActionRow ActionOf(AttemptRow attempt) => _actions[attempt.ActionId];

    public void Set(AttemptRow attempt) => _attempts[attempt.Uid] = _changed[attempt.Uid] = attempt;

    /// <summary>An action that ended took its children with it, of which this report may speak too.</summary>
    public async Task SetAsync(ActionRow action)
    {
        _actions[action.Id] = action;
        if (action.Phase.IsTerminal() && _parents.Contains(action.Id))
        {
            await ReadActionsAsync([.. _actions.Keys]);
        }
    }

    private async Task ReadActionsAsync(HashSet<long> ids) =>
        _actions = ids.Count == 0
            ? []
            : (await ActionStore.LockAsync(_session, _cluster.Org, ids)).ToDictionary(a => a.Id);
}
