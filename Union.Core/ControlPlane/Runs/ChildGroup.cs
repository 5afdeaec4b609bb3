using Union.Core.Boundary.Identity;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// A group of children that go into their runs in one transaction of three round trips: one locks the runs, another looks,
/// and one writes and commits, so that others do not wait for long between the locks and the commit.
/// </summary>
internal sealed class ChildGroup(ClusterIdentity cluster, IReadOnlyList<EnqueueChild> requests, DateTimeOffset now)
{
    private readonly long _now = now.ToMicros();
    private readonly List<(int Index, NewAction Action, Query<InsertedAction> Row)> _inserts = [];
    private FoundBeside? _found;

    /// <summary>Where the run of one has an action of its name, a constraint refuses the whole group.</summary>
    public async Task InsertAsync(Session session)
    {
        _inserts.Clear();
        _found = await FoundBeside.LockAsync(session, cluster, requests);
        var statements = new List<Statement>();
        foreach (var ofRun in _found.Claim(requests, _now).GroupBy(c => c.Action.RunId))
        {
            var (count, left) = (ofRun.Count(), ofRun.Count());
            statements.Add(RunStore.Change(cluster.Org, ofRun.Key, count));
            foreach (var (index, action) in ofRun)
            {
                var row = ActionStore.Insert(action with { Back = --left });
                statements.Add(row);
                _inserts.Add((index, action, row));
            }

            statements.Add(PhaseEventStore.BeginAll(cluster.Org, ofRun.Key, count, _now));
        }

        await session.BatchLastAsync(statements);
    }

    /// <summary>Once it is committed: the child of each request, null for one that was not inserted here.</summary>
    public (IReadOnlyList<ActionRow?> Children, ChangeSet Changes) Committed()
    {
        var (children, changes) = (new ActionRow?[requests.Count], new ChangeSet());
        foreach (var (index, action, inserted) in _inserts)
        {
            var row = children[index] = _found!.Row(action, inserted.Rows[0]);
            changes.Runs.Add(row.RunRowId);
            changes.Clusters.Add(row.ClusterId);
            changes.Transitions.Add((row.Id, row.Attempt, row.Phase));
        }

        return (children, changes);
    }
}
