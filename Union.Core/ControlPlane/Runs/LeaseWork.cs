using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Caching;
using Union.Core.ControlPlane.Clusters;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Queues;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Hands waiting actions to a cluster, in the order of its queues, each under a new fence; waits for some when there are none.
/// </summary>
/// <param name="Free">Attempts that the cluster could start now.</param>
/// <param name="Ended">Attempts that it has ended because it was asked to.</param>
public sealed record LeaseWork(string Session, int Free, TimeSpan Wait, IReadOnlyList<AttemptKey> Ended)
    : IUseCase<LeasedWork>, IClusterRequest
{
    /// <summary>
    /// Children, beside those, that could start now because others only wait for them. Who asks for some is not told what
    /// must end: another call waits for that.
    /// </summary>
    public int Children { get; init; }
}

public sealed record LeasedWork(IReadOnlyList<Assignment> Assignments, IReadOnlyList<AttemptKey> End);

/// <summary>An action handed out, with what the cluster needs to run it.</summary>
public sealed record Assignment(
    AttemptKey Key, ActionRow Action, ReadOnlyMemory<byte> TaskProjection, string TaskPrivate, RunRow Run)
{
    /// <summary>Since when it waited to be handed out.</summary>
    public required long QueuedAt { get; init; }
}

internal sealed class LeaseWorkHandler(
    MetadataDatabase database, Caller caller, RunSignals signals, QueueTurns turns, RunMeter meter,
    TimeProvider time)
    : IRequestHandler<LeaseWork, LeasedWork>
{
    private const int MaxAssignments = 100;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>An assignment that is not confirmed by then goes back to the queue.</summary>
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(60);

    /// <summary>How long an action waits for another's result before it asks whether it must wait still.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(5);

    /// <summary>How soon a place in a limited queue is seen to be free, of which no wake-up tells.</summary>
    private static readonly TimeSpan LimitedNet = TimeSpan.FromMilliseconds(250);

    /// <summary>A wake-up that was lost costs this long and nothing else.</summary>
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    public async Task<LeasedWork> Handle(LeaseWork request, CancellationToken cancellationToken)
    {
        // Not by the clock: one that is set back would make the cluster wait for as long.
        var began = time.GetTimestamp();
        var wait = request.Wait < MaxWait ? request.Wait : MaxWait;
        using var subscription = signals.Clusters.Subscribe(caller.Cluster.ClusterId);
        var ended = request.Ended;
        while (true)
        {
            var (work, late, due, claims) = await database.WriteAsync(
                caller.Cluster.Org, session => LeaseAsync(session, request with { Ended = ended }), cancellationToken);
            ended = [];
            meter.Leased(work.Assignments, time.GetUtcNow());
            if (claims is not null)
            {
                turns.Took(caller.Cluster.ClusterId, claims.Taken);
            }

            foreach (var action in late)
            {
                await ReturnToQueueAsync(action, cancellationToken);
            }

            var left = wait - time.GetElapsedTime(began);
            if (work.Assignments.Count > 0 || work.End.Count > 0 || (late.Count == 0 && left <= TimeSpan.Zero))
            {
                return work;
            }

            if (late.Count == 0)
            {
                await ConditionTimeouts.ExpireAsync(
                    database, caller.Cluster, signals, due, time.GetUtcNow(), cancellationToken);
                var net = claims?.IsLimited == true ? LimitedNet : SafetyNet;
                await subscription.WaitAsync(left < net ? left : net, time, cancellationToken);
            }
        }
    }

    // Five round trips, whatever the number of actions: one looks, one takes from a queue, two read what it took, and one
    // writes the attempts and commits. Each further queue adds one, and each limit another.
    private async Task<LeaseStep> LeaseAsync(Session session, LeaseWork request)
    {
        var now = time.GetUtcNow();
        var seen = await SeenWork.ReadAsync(session, caller.Cluster, request.Ended, now);
        if (seen.Cluster?.Session != request.Session)
        {
            throw ClusterErrors.NoSession();
        }

        if (seen.Cluster.LastSeenAt is null || seen.Cluster.LastSeenAt < (now - SeenWork.NotedWithin).ToMicros())
        {
            await WakeLateAsync(session, now);
        }

        var limit = seen.Drain == Drain.Stopped ? 0 : Math.Min(request.Free, MaxAssignments);
        var children = seen.Drain == Drain.Stopped ? 0 : Math.Min(request.Children, MaxAssignments);
        var claims = limit + children == 0 ? null : new QueueClaims(session, turns, seen.Drain, (now + ConfirmWithin).ToMicros());
        var claimed = claims is null ? [] : await claims.ClaimAsync(seen.Queues, limit, children);
        var assignments = await AssignAsync(session, claimed, now);
        var end = request.Children > 0 ? [] : seen.ToEnd;
        return new LeaseStep(
            new LeasedWork(assignments, [.. end.Select(a => new AttemptKey(a.Uid, a.Fence))]), seen.Late, seen.Due, claims);
    }

    private async Task<IReadOnlyList<Assignment>> AssignAsync(
        Session session, IReadOnlyList<ClaimedAction> claimed, DateTimeOffset now)
    {
        if (claimed.Count == 0)
        {
            return [];
        }

        var (org, assignments, attempts) = (caller.Cluster.Org, new List<Assignment>(), new List<Statement>());
        var queuedAt = claimed.ToDictionary(c => c.Id, c => c.QueuedAt);
        var actions = await ActionStore.LockAsync(session, org, [.. queuedAt.Keys]);
        var ofTasks = TaskStore.List(org, [.. actions.Select(a => a.TaskId).Distinct()]);
        var ofRuns = RunStore.List(org, [.. actions.Select(a => a.RunRowId).Distinct()]);
        await session.BatchAsync([ofTasks, ofRuns]);
        var (tasks, runs) = (ofTasks.Rows.ToDictionary(t => t.Id), ofRuns.Rows.ToDictionary(r => r.Id));
        foreach (var action in actions)
        {
            var (task, run) = (tasks[action.TaskId], runs[action.RunRowId]);
            var key = new AttemptKey(Guid.CreateVersion7(now).ToString("d"), action.Fence);
            attempts.Add(AttemptStore.Insert(new AttemptRow(
                key.Uid, org, action.Id, action.ClusterId, action.Attempt, action.Fence, ActionPhase.Queued,
                now.ToMicros(), null, null, null, null, "", "", "", 0, "")));
            assignments.Add(new Assignment(key, action, task.Projection, task.PrivatePart, run)
            {
                QueuedAt = queuedAt[action.Id],
            });
        }

        await session.BatchLastAsync(attempts);
        return assignments;
    }

    // Those who wait for another's result are told when it is there; this is for an owner that was lost.
    private Task<int> WakeLateAsync(Session session, DateTimeOffset now) => CacheStore.WakeLateAsync(
        session, caller.Cluster.Org, caller.Cluster.ClusterId, (now - AskAgainAfter).ToMicros(), now.ToMicros());

    // A transaction of its own: it holds the lock of a run, which a lease never waits for.
    private async Task ReturnToQueueAsync(LateAction late, CancellationToken cancellationToken)
    {
        var changes = new ChangeSet();
        var now = time.GetUtcNow();
        await database.WriteAsync(
            caller.Cluster.Org,
            async session =>
            {
                var action = await ActionStore.LockAsync(session, caller.Cluster.Org, late.RunId, late.Id);
                if (action.QueueState != (long)QueueState.Assigned || action.Fence != late.Fence)
                {
                    return false;
                }

                await session.BatchAsync([AttemptStore.AskEnd(action.Org, action.Id, now.ToMicros())]);
                await new ActionMachine(session, changes, now).ReturnToQueueAsync(action);
                return true;
            },
            cancellationToken);
        signals.Publish(changes);
    }

    private sealed record LeaseStep(
        LeasedWork Work, IReadOnlyList<LateAction> Late, IReadOnlyList<DueCondition> Due, QueueClaims? Claims);
}
