using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Tasks;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// What a group of children must know of the runs that they go into, read in two round trips behind the locks of these runs:
/// the attempts that ask for them, the actions of those, and the tasks.
/// </summary>
internal sealed class FoundBeside
{
    private readonly Dictionary<string, AttemptRow> _attempts;
    private readonly Dictionary<long, ActionRow> _parents;
    private readonly Dictionary<(string Project, string Domain, string Digest), TaskFacts> _tasks;
    private readonly HashSet<(long Run, string Name)> _claimed = [];
    private readonly Dictionary<long, TaskFacts> _taskOf = [];

    private FoundBeside(
        IEnumerable<AttemptRow> attempts, IEnumerable<ActionRow> parents, IEnumerable<TaskFacts> tasks)
    {
        _attempts = attempts.ToDictionary(a => a.Uid);
        _parents = parents.ToDictionary(p => p.Id);
        _tasks = tasks.ToDictionary(t => (t.Project, t.Domain, t.Digest));
        _taskOf = _tasks.Values.ToDictionary(t => t.Id);
    }

    public static async Task<FoundBeside> LockAsync(
        Session session, ClusterIdentity cluster, IReadOnlyList<EnqueueChild> requests)
    {
        string[] uids = [.. requests.Select(r => r.Parent.Uid).Distinct()];
        string[] digests = [.. requests.Select(r => r.Task.Digest).Distinct()];
        var runs = RunStore.LockOfAttempts(cluster.Org, cluster.ClusterId, uids);
        var attempts = AttemptStore.List(cluster.Org, cluster.ClusterId, uids);
        var tasks = TaskStore.WithDigests(cluster.Org, digests);
        await session.BatchAsync([runs, attempts, tasks]);
        // By their keys and not by a join with what was just read: a plan that was made while the tables were small would
        // go from a run to all of its actions.
        var parents = await ActionStore.ListAsync(session, cluster.Org, [.. attempts.Rows.Select(a => a.ActionId).Distinct()]);
        return new FoundBeside(attempts.Rows, parents, tasks.Rows);
    }

    /// <summary>What is inserted for which of the requests.</summary>
    public IEnumerable<(int Index, NewAction Action)> Claim(IReadOnlyList<EnqueueChild> requests, long now)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            if (Claim(requests[i], now) is { } action)
            {
                yield return (i, action);
            }
        }
    }

    /// <summary>The action as it reads once it is written.</summary>
    public ActionRow Row(NewAction action, InsertedAction inserted)
    {
        var (parent, task) = (_parents[action.ParentId!.Value], _taskOf[action.TaskId]);
        return parent with
        {
            Id = inserted.Id,
            Name = action.Name,
            Parent = parent.Name,
            ParentId = parent.Id,
            GroupName = action.GroupName,
            TaskId = task.Id,
            TaskName = task.Name,
            TaskVersion = task.Version,
            TaskShortName = task.ShortName,
            TaskType = task.TaskType,
            TaskEnvironment = task.Environment,
            MaxAttempts = task.MaxAttempts,
            Phase = ActionPhase.Queued,
            QueueState = (long)action.QueueState,
            Fence = 0,
            Attempt = 1,
            SystemFails = 0,
            Change = inserted.Change,
            CreatedAt = action.Now,
            StartedAt = null,
            EndedAt = null,
            InputUri = action.InputUri,
            OutputUri = "",
            ErrorCode = "",
            ErrorKind = 0,
            ErrorPrivate = "",
            AbortReason = "",
            AbortedBy = "",
            Kind = action.Kind,
            ValuePrivate = "",
            SignalledBy = "",
            CacheKey = action.CacheKey,
            CacheVersion = "",
            CacheStatus = CacheStatus.Disabled,
            CacheSource = "",
            Queue = action.Queue,
            InputsDigest = action.InputsDigest,
            RecoveredFrom = action.RecoveredFrom,
        };
    }

    /// <summary>
    /// What is inserted for a request. Null where its attempt is not held, its task is new, it names a queue of its own or
    /// another of the group has its name, and where its run takes anything over of another one.
    /// </summary>
    private NewAction? Claim(EnqueueChild request, long now)
    {
        if (!_attempts.TryGetValue(request.Parent.Uid, out var attempt)
            || !_parents.TryGetValue(attempt.ActionId, out var parent)
            || !HeldAction.IsHeld(attempt, parent, request.Parent)
            || parent.RecoversRunId != 0
            || (request.Queue.Length > 0 && request.Queue != parent.Queue)
            || !_tasks.TryGetValue((parent.Project, parent.Domain, request.Task.Digest), out var task)
            || !_claimed.Add((parent.RunRowId, request.Name)))
        {
            return null;
        }

        return EnqueueChildHandler.Action(request, parent, task.Id, now);
    }
}
