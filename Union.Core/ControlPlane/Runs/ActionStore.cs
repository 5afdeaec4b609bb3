using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>A new row, and the number that it took of its run.</summary>
internal sealed record InsertedAction(long Id, long Change);

/// <summary>Actions of runs. Whatever changes one takes the next value of its run's counter in the same transaction.</summary>
internal static class ActionStore
{
    /// <summary>Begins every statement that reads actions with the names around them: action a, run r, task t, parent p.</summary>
    internal const string Columns = """
        select a.id as Id, a.org as Org, r.project as Project, r.domain as Domain, r.name as Run, a.run_id as RunRowId,
               a.name as Name, p.name as Parent, a.parent_id as ParentId, a.group_name as GroupName,
               a.task_id as TaskId, t.name as TaskName, t.version as TaskVersion, t.short_name as TaskShortName,
               t.task_type as TaskType, t.max_attempts as MaxAttempts, a.cluster_id as ClusterId, a.phase as Phase,
               a.queue_state as QueueState, a.fence as Fence, a.attempt as Attempt, a.system_fails as SystemFails,
               a.change as Change, a.created_at as CreatedAt, a.started_at as StartedAt, a.ended_at as EndedAt,
               a.input_uri as InputUri, a.output_uri as OutputUri, a.error_code as ErrorCode,
               a.error_kind as ErrorKind, a.error_private as ErrorPrivate, a.abort_reason as AbortReason,
               a.aborted_by as AbortedBy, r.created_by as CreatedBy, r.labels as RunLabels, r.source as RunSource,
               r.trigger_task as TriggerTask, r.trigger_name as TriggerName, r.trigger_revision as TriggerRevision,
               t.environment as TaskEnvironment, a.kind as Kind, a.value_private as ValuePrivate,
               a.signalled_by as SignalledBy, a.cache_key as CacheKey, a.cache_version as CacheVersion,
               a.cache_status as CacheStatus, a.cache_source as CacheSource, a.queue as Queue,
               a.inputs_digest as InputsDigest, a.recovered_from as RecoveredFrom, r.recovers_run_id as RecoversRunId
          from actions a
          join runs r on r.id = a.run_id and r.org = a.org
          join tasks t on t.id = a.task_id and t.org = a.org
          left join actions p on p.id = a.parent_id and p.org = a.org
        """;

    public static Task<ActionRow?> FindAsync(Session session, ActionId action)
    {
        const string sql = Columns + """

             where a.org = @Org and a.name = @Name
               and a.run_id = (select x.id from runs x
                                where x.org = @Org and x.project = @Project and x.domain = @Domain and x.name = @Run
                                  and x.name <> '')
            """;
        var run = action.Run;
        return session.FindAsync<ActionRow>(
            sql, new { run.Org, run.Project, run.Domain, Run = run.Name, action.Name });
    }

    public static Task<ActionRow?> FindAsync(Session session, string org, long id)
    {
        const string sql = Columns + """

             where a.org = @org and a.id = @id
            """;
        return session.FindAsync<ActionRow>(sql, new { org, id });
    }

    public static Query<ActionRow> Find(string org, long id)
    {
        const string sql = Columns + """

             where a.org = @org and a.id = @id
            """;
        return new Query<ActionRow>(sql, new { org, id });
    }

    /// <summary>An action of a run by its name.</summary>
    public static Query<ActionRow> FindInRun(string org, long runId, string name)
    {
        const string sql = Columns + """

             where a.org = @org and a.run_id = @runId and a.name = @name
            """;
        return new Query<ActionRow>(sql, new { org, runId, name });
    }

    /// <summary>The action that an attempt is of.</summary>
    public static Query<ActionRow> FindOfAttempt(string org, string uid)
    {
        const string sql = Columns + """

             where a.org = @org and a.id = (select y.action_id from attempts y where y.org = @org and y.uid = @uid)
            """;
        return new Query<ActionRow>(sql, new { org, uid });
    }

    /// <summary>An action by its name, of the run that an attempt belongs to.</summary>
    public static Query<ActionRow> FindBeside(string org, string uid, string name)
    {
        const string sql = Columns + """

             where a.org = @org and a.name = @name
               and a.run_id = (select x.run_id
                                 from attempts y
                                 join actions x on x.id = y.action_id and x.org = y.org
                                where y.org = @org and y.uid = @uid)
            """;
        return new Query<ActionRow>(sql, new { org, uid, name });
    }

    /// <summary>
    /// The action as it is once nobody else can change it: its run is locked first, which everything that changes an
    /// action does, then the row itself, which a lease takes without its run.
    /// </summary>
    public static async Task<ActionRow> LockAsync(Session session, string org, long runId, long id)
    {
        await RunStore.LockAsync(session, org, runId);
        const string sql = Columns + """

             where a.org = @org and a.id = @id
            /*postgres for no key update of a */
            """;
        return (await session.FindAsync<ActionRow>(sql, new { org, id }))!;
    }

    /// <summary>The run's counter at the action's last change.</summary>
    public static Task<long> ChangeOfAsync(Session session, string org, long id)
    {
        const string sql = "select change from actions where org = @org and id = @id";
        return session.ScalarAsync(sql, new { org, id });
    }

    /// <summary>These actions; the caller holds the locks of their runs.</summary>
    public static Task<IReadOnlyList<ActionRow>> LockAsync(Session session, string org, IReadOnlyCollection<long> ids)
    {
        const string sql = Columns + """

             where a.org = @org and a.id in @ids
             order by a.queued_at, a.id
            /*postgres for no key update of a */
            """;
        return session.QueryAsync<ActionRow>(sql, new { org, ids = ids.ToArray() });
    }

    public static Task<IReadOnlyList<ActionRow>> ListAsync(Session session, string org, IReadOnlyCollection<long> ids)
    {
        const string sql = Columns + """

             where a.org = @org and a.id in @ids
            """;
        return session.QueryAsync<ActionRow>(sql, new { org, ids = ids.ToArray() });
    }

    /// <summary>Which actions of these attempts of a cluster have children.</summary>
    public static Query<long> Parents(string org, string clusterId, string[] uids)
    {
        const string sql = """
            select y.action_id
              from attempts y
             where y.org = @org and y.cluster_id = @clusterId and y.uid in @uids
               and (select c.id from actions c where c.org = @org and c.parent_id = y.action_id limit 1) is not null
            """;
        return new Query<long>(sql, new { org, clusterId, uids });
    }

    /// <summary>The actions of a run that changed after <paramref name="change"/>, in the order of their changes.</summary>
    public static Task<IReadOnlyList<ActionRow>> ChangedAsync(
        Session session, string org, long runId, long change, int limit)
    {
        const string sql = Columns + """

             where a.org = @org and a.run_id = @runId and a.change > @change and a.change > 0
             order by a.change
             limit @limit
            """;
        return session.QueryAsync<ActionRow>(sql, new { org, runId, change, limit });
    }

    /// <summary>The children of an action that changed after <paramref name="change"/>, in the order of their changes.</summary>
    public static Task<IReadOnlyList<ActionRow>> ChangedChildrenAsync(
        Session session, string org, long parentId, long change, int limit)
    {
        const string sql = Columns + """

             where a.org = @org and a.parent_id = @parentId and a.change > @change
             order by a.change
             limit @limit
            """;
        return session.QueryAsync<ActionRow>(sql, new { org, parentId, change, limit });
    }

    /// <summary>The actions of a run after a place, in the order in which they were created or against it.</summary>
    public static Task<IReadOnlyList<ActionRow>> PageAsync(
        Session session, string org, long runId, long afterId, bool newestFirst, int limit)
    {
        const string oldestFirstSql = Columns + """

             where a.org = @org and a.run_id = @runId and a.id > @afterId and a.created_at > 0
             order by a.id
             limit @limit
            """;
        const string newestFirstSql = Columns + """

             where a.org = @org and a.run_id = @runId and a.id < @afterId and a.created_at > 0
             order by a.id desc
             limit @limit
            """;
        var parameters = new { org, runId, afterId, limit };
        return newestFirst
            ? session.QueryAsync<ActionRow>(newestFirstSql, parameters)
            : session.QueryAsync<ActionRow>(oldestFirstSql, parameters);
    }

    public static Task<ActionRow?> FindInRunAsync(Session session, string org, long runId, string name)
    {
        const string sql = Columns + """

             where a.org = @org and a.run_id = @runId and a.name = @name
            """;
        return session.FindAsync<ActionRow>(sql, new { org, runId, name });
    }

    /// <summary>The calls that an action recorded as successful.</summary>
    public static Task<IReadOnlyList<ActionRow>> TracesAsync(Session session, string org, long parentId, int limit)
    {
        const string sql = Columns + """

             where a.org = @org and a.parent_id = @parentId and a.kind = 2 and a.phase in (5, 10)
             order by a.change
             limit @limit
            """;
        return session.QueryAsync<ActionRow>(sql, new { org, parentId, limit });
    }

    /// <summary>The root action of each run.</summary>
    public static Task<ActionRow?> FindRootAsync(Session session, string org, long runId)
    {
        const string sql = Columns + """

             where a.org = @org and a.run_id = @runId and a.name = 'a0'
            """;
        return session.FindAsync<ActionRow>(sql, new { org, runId });
    }

    /// <summary>What lives below an action, level by level: nothing lives below an action that is over.</summary>
    public static async Task<IReadOnlyList<ActionRow>> LiveDescendantsAsync(Session session, string org, long actionId)
    {
        const int atOnce = 1000;
        const string sql = Columns + """

             where a.org = @org and a.parent_id in @parents and a.phase in (1, 2, 3, 4, 9)
            """;
        var (all, level) = (new List<ActionRow>(), new List<long> { actionId });
        while (level.Count > 0)
        {
            var below = new List<ActionRow>();
            foreach (var parents in level.Chunk(atOnce))
            {
                below.AddRange(await session.QueryAsync<ActionRow>(sql, new { org, parents }));
            }

            all.AddRange(below);
            level = [.. below.Select(a => a.Id)];
        }

        return all;
    }

    /// <summary>Notes under which key an assigned action computes; a reader sees it with the next change.</summary>
    public static Task SetCacheAsync(Session session, ActionRow action, string key, string version, CacheStatus status)
    {
        const string sql = """
            update actions set cache_key = @key, cache_version = @version, cache_status = @status
             where org = @Org and id = @Id
            """;
        return session.ExecuteAsync(sql, new { action.Org, action.Id, key, version, status = (long)status });
    }

    /// <summary>
    /// The action takes the number that its run's counter has now, or one as far back as it says; the caller has moved it on.
    /// </summary>
    public static Query<InsertedAction> Insert(NewAction action)
    {
        const string sql = """
            insert into actions (org, run_id, name, parent_id, group_name, task_id, cluster_id, phase, queue_state,
                                 queued_at, fence, attempt, system_fails, change, created_at, input_uri, output_uri,
                                 error_code, error_kind, error_private, abort_reason, aborted_by, kind, deadline_at,
                                 cache_key, inputs_digest, recovered_from, queue_timeout, queue, share, place)
            select @Org, @RunId, @Name, @ParentId, @GroupName, @TaskId, @ClusterId, 1, @QueueState,
                   @Now, 0, 1, 0, r.change - @Back, @Now, @InputUri, '',
                   '', 0, '', '', '', @Kind,
                   coalesce(@DeadlineAt, @Now + nullif((select deadline from tasks where org = @Org and id = @TaskId), 0)), @CacheKey, @InputsDigest, @RecoveredFrom,
                   (select queue_timeout from tasks where org = @Org and id = @TaskId), @Queue, @Share,
                   (select case when s.next > h.head then s.next else h.head end
                      from (select coalesce(max(x.place) + 1, 0) as next
                              from actions x
                             where x.org = @Org and x.cluster_id = @ClusterId and x.queue = @Queue
                               and x.share = @Share and x.queue_state = 1) s,
                           (select coalesce(min(y.place), 0) as head
                              from actions y
                             where y.org = @Org and y.cluster_id = @ClusterId and y.queue = @Queue
                               and y.queue_state = 1) h)
              from runs r
             where r.org = @Org and r.id = @RunId
            returning id as Id, change as Change
            """;
        return new Query<InsertedAction>(sql, action);
    }

    /// <summary>
    /// Writes the part of an action that changes; only <see cref="ActionMachine"/> decides what it becomes, after it has
    /// moved the counter of the run on.
    /// </summary>
    public static Statement Update(ActionState state)
    {
        const string sql = """
            update actions
               set phase = @Phase, queue_state = @QueueState, queued_at = @QueuedAt, assigned_till = null,
                   attempt = @Attempt, system_fails = @SystemFails, started_at = @StartedAt,
                   change = (select r.change from runs r where r.org = @Org and r.id = actions.run_id) - @Back,
                   ended_at = @EndedAt, output_uri = @OutputUri, error_code = @ErrorCode, error_kind = @ErrorKind,
                   error_private = @ErrorPrivate, abort_reason = @AbortReason, aborted_by = @AbortedBy,
                   value_private = @ValuePrivate, signalled_by = @SignalledBy, cache_key = @CacheKey,
                   cache_status = @CacheStatus, cache_source = @CacheSource
             where org = @Org and id = @Id
            """;
        return new Statement(sql, state);
    }
}
