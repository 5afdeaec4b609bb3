using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Hands waiting actions to a cluster, oldest first, each under a new fence; waits for some when there are none.
/// </summary>
/// <param name="Free">Attempts that the cluster could start now.</param>
/// <param name="Ended">Attempts that it has ended because it was asked to.</param>
public sealed record LeaseWork(string Session, int Free, TimeSpan Wait, IReadOnlyList<AttemptKey> Ended)
    : IUseCase<LeasedWork>, IClusterRequest;

public sealed record LeasedWork(IReadOnlyList<Assignment> Assignments, IReadOnlyList<AttemptKey> End);

/// <summary>An action handed out, with what the cluster needs to run it.</summary>
public sealed record Assignment(
    AttemptKey Key, ActionRow Action, ReadOnlyMemory<byte> TaskProjection, string TaskPrivate, RunRow Run);

internal sealed class LeaseWorkHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, TimeProvider time)
    : IRequestHandler<LeaseWork, LeasedWork>
{
    private const int MaxAssignments = 100;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>An assignment that is not confirmed by then goes back to the queue.</summary>
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(60);

    public async Task<LeasedWork> Handle(LeaseWork request, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + (request.Wait < MaxWait ? request.Wait : MaxWait);
        using var subscription = signals.Clusters.Subscribe(caller.Cluster.ClusterId);
        var ended = request.Ended;
        while (true)
        {
            var changes = new ChangeSet();
            var work = await database.WriteAsync(
                session => LeaseAsync(session, request with { Ended = ended }, changes), cancellationToken);
            signals.Publish(changes);
            var left = deadline - time.GetUtcNow();
            if (work.Assignments.Count > 0 || work.End.Count > 0 || left <= TimeSpan.Zero)
            {
                return work;
            }

            ended = [];
            await subscription.WaitAsync(left, time, cancellationToken);
        }
    }

    private async Task<LeasedWork> LeaseAsync(Session session, LeaseWork request, ChangeSet changes)
    {
        var now = time.GetUtcNow();
        var cluster = await ClusterStore.FindAsync(session, caller.Cluster);
        if (cluster?.Session != request.Session)
        {
            throw ClusterErrors.NoSession();
        }

        await ClusterStore.SeenAsync(session, caller.Cluster, now);
        foreach (var ended in request.Ended)
        {
            await MarkEndedAsync(session, ended, now);
        }

        await ReturnUnconfirmedAsync(session, new ActionMachine(session, changes, now), now);
        var assignments = new List<Assignment>();
        foreach (var actionId in await NextAsync(session, Math.Min(request.Free, MaxAssignments)))
        {
            assignments.Add(await AssignAsync(session, actionId, now));
        }

        var end = await AttemptStore.ToEndAsync(session, caller.Cluster.Org, caller.Cluster.ClusterId);
        return new LeasedWork(assignments, [.. end.Select(a => new AttemptKey(a.Uid, a.Fence))]);
    }

    private Task<IReadOnlyList<long>> NextAsync(Session session, int limit)
    {
        const string sql = """
            select id
              from actions
             where org = @Org and cluster_id = @ClusterId and queue_state = 1
             order by queued_at, id
             limit @limit
            """;
        return session.QueryAsync<long>(sql, new { caller.Cluster.Org, caller.Cluster.ClusterId, limit });
    }

    private async Task<Assignment> AssignAsync(Session session, long actionId, DateTimeOffset now)
    {
        const string sql = """
            update actions
               set queue_state = 2, fence = fence + 1, assigned_till = @till
             where org = @Org and id = @actionId
            """;
        var org = caller.Cluster.Org;
        await session.ExecuteAsync(sql, new { Org = org, actionId, till = (now + ConfirmWithin).ToMicros() });
        var action = (await ActionStore.FindAsync(session, org, actionId))!;
        var key = new AttemptKey(Guid.CreateVersion7(now).ToString("d"), action.Fence);
        await AttemptStore.InsertAsync(session, new AttemptRow(
            key.Uid, org, actionId, action.ClusterId, action.Attempt, action.Fence, ActionPhase.Queued,
            now.ToMicros(), null, null, null, null, "", "", "", 0, ""));
        var task = (await TaskStore.FindAsync(session, org, action.TaskId))!;
        var run = (await RunStore.FindAsync(session, action.RunId))!;
        return new Assignment(key, action, task.Projection, task.PrivatePart, run);
    }

    private async Task ReturnUnconfirmedAsync(Session session, ActionMachine machine, DateTimeOffset now)
    {
        const string sql = """
            select id
              from actions
             where org = @Org and cluster_id = @ClusterId and queue_state = 2 and assigned_till < @now
            """;
        var late = await session.QueryAsync<long>(
            sql, new { caller.Cluster.Org, caller.Cluster.ClusterId, now = now.ToMicros() });
        foreach (var id in late)
        {
            var action = (await ActionStore.FindAsync(session, caller.Cluster.Org, id))!;
            await AttemptStore.AskEndAsync(session, action.Org, id, now.ToMicros());
            await machine.ReturnToQueueAsync(action);
        }
    }

    private async Task MarkEndedAsync(Session session, AttemptKey key, DateTimeOffset now)
    {
        var attempt = await AttemptStore.FindAsync(session, caller.Cluster.Org, key.Uid);
        if (attempt is { EndedAt: null, EndAskedAt: not null } && attempt.ClusterId == caller.Cluster.ClusterId)
        {
            await AttemptStore.UpdateAsync(
                session, attempt with { EndedAt = now.ToMicros(), Phase = ActionPhase.Aborted });
        }
    }
}
