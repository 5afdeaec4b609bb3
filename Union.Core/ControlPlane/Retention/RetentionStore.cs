using Union.Core.Storage;

namespace Union.Core.ControlPlane.Retention;

/// <summary>A run that may be old enough to be forgotten.</summary>
internal sealed record OldRun(long Id, long CreatedAt, long Phase, long? EndedAt);

/// <summary>A task spec that is old enough to be forgotten, if nothing refers to it.</summary>
internal sealed record OldTask(long Id, long CreatedAt);

/// <summary>What deletes. Every statement names how many rows it takes at most.</summary>
internal static class RetentionStore
{
    internal const string OldRunsSql = """
        select r.id as Id, r.created_at as CreatedAt, a.phase as Phase, a.ended_at as EndedAt
          from runs r
          join actions a on a.run_id = r.id and a.org = r.org and a.name = 'a0'
         where r.org = @org and r.org <> '' and r.created_at < @cutoff and (r.created_at, r.id) > (@after, @afterId)
         order by r.created_at, r.id
         limit @limit
        """;

    /// <summary>Runs that go on now and take over what this one computed.</summary>
    internal const string RecoveringSql = """
        select count(*)
          from runs r
          join actions a on a.run_id = r.id and a.org = r.org and a.name = 'a0'
         where r.org = @org and r.recovers_run_id = @runId and r.recovers_run_id > 0 and a.phase in (1, 2, 3, 4, 9)
        """;

    // Newest first: a parent is older than its children, which refer to it.
    internal const string ActionsSql = """
        select id from actions where org = @org and run_id = @runId and id > 0 order by id desc limit @limit
        """;

    internal const string EventsSql = "delete from phase_events where org = @org and action_id in @ids";
    internal const string AttemptsSql = "delete from attempts where org = @org and action_id in @ids";
    internal const string ActionRowsSql = "delete from actions where org = @org and id in @ids";
    internal const string LabelsSql = "delete from run_labels where org = @org and run_id = @runId";
    internal const string RunRequestsSql = "delete from run_requests where org = @org and run_id = @runId";
    internal const string RunSql = "delete from runs where org = @org and id = @runId";

    internal const string OldTasksSql = """
        select id as Id, created_at as CreatedAt
          from tasks
         where org = @org and created_at > 0 and created_at < @cutoff and (created_at, id) > (@after, @afterId)
         order by created_at, id
         limit @limit
        """;

    internal const string TasksSql = """
        delete from tasks
         where org = @org and id in @ids
           and (select a.id from actions a where a.org = @org and a.task_id = tasks.id limit 1) is null
           and (select d.id from deployed_tasks d where d.org = @org and d.task_id = tasks.id limit 1) is null
        """;

    internal const string OldestSql = """
        select created_at from runs where org = @org and created_at > 0 order by created_at, id limit 1
        """;

    internal const string RequestsSql = """
        delete from run_requests
         where (digest, org) in (select digest, org from run_requests
                                  where org = @org and created_at < @cutoff
                                  order by created_at
                                  limit @limit)
        """;

    internal const string AuditSql = """
        delete from audit
         where id in (select id from audit where org = @org and at < @cutoff order by at limit @limit)
        """;

    internal const string ExpiredTokensSql = """
        delete from api_tokens
         where (org, id) in (select org, id from api_tokens
                              where org = @org and expires_at < @cutoff
                              order by expires_at
                              limit @limit)
        """;

    internal const string RevokedTokensSql = """
        delete from api_tokens
         where (org, id) in (select org, id from api_tokens
                              where org = @org and revoked_at is not null and revoked_at < @cutoff
                              order by revoked_at
                              limit @limit)
        """;

    internal const string JoinTokensSql = """
        delete from join_tokens
         where (org, id) in (select org, id from join_tokens
                              where org = @org and expires_at < @cutoff
                              order by expires_at
                              limit @limit)
        """;

    internal const string CachedSql = """
        delete from cache_entries
         where (key, cluster_id, project, domain, org) in (select key, cluster_id, project, domain, org from cache_entries
                                                            where org = @org and used_at < @cutoff
                                                            order by used_at
                                                            limit @limit)
        """;

    internal const string FiringsSql = """
        delete from trigger_firings
         where (org, trigger_id, scheduled_at) in (select org, trigger_id, scheduled_at from trigger_firings
                                                    where org = @org and fired_at < @cutoff
                                                    order by fired_at
                                                    limit @limit)
        """;

    public static Task<IReadOnlyList<OldRun>> OldRunsAsync(
        Session session, string org, long cutoff, long after, long afterId, int limit) =>
        session.QueryAsync<OldRun>(OldRunsSql, new { org, cutoff, after, afterId, limit });

    public static async Task<bool> IsRecoveringAsync(Session session, string org, long runId) =>
        await session.ScalarAsync(RecoveringSql, new { org, runId }) > 0;

    /// <summary>Deletes the newest actions of a run; once none is left, the run. Answers how many actions there were.</summary>
    public static async Task<(int Actions, bool IsGone)> DeleteAsync(Session session, string org, long runId, int limit)
    {
        var ids = (await session.QueryAsync<long>(ActionsSql, new { org, runId, limit })).ToArray();
        if (ids.Length > 0)
        {
            await session.ExecuteAsync(EventsSql, new { org, ids });
            await session.ExecuteAsync(AttemptsSql, new { org, ids });
            await session.ExecuteAsync(ActionRowsSql, new { org, ids });
        }

        if (ids.Length == limit)
        {
            return (ids.Length, false);
        }

        await session.ExecuteAsync(LabelsSql, new { org, runId });
        await session.ExecuteAsync(RunRequestsSql, new { org, runId });
        await session.ExecuteAsync(RunSql, new { org, runId });
        return (ids.Length, true);
    }

    public static Task<IReadOnlyList<OldTask>> OldTasksAsync(
        Session session, string org, long cutoff, long after, long afterId, int limit) =>
        session.QueryAsync<OldTask>(OldTasksSql, new { org, cutoff, after, afterId, limit });

    /// <summary>Deletes those of them that no action and no deployed version refers to.</summary>
    public static Task<int> DeleteTasksAsync(Session session, string org, long[] ids) =>
        session.ExecuteAsync(TasksSql, new { org, ids });

    /// <summary>When the oldest run was created that is still remembered; 0 where there is none.</summary>
    public static Task<long> OldestAsync(Session session, string org) => session.ScalarAsync(OldestSql, new { org });

    /// <summary>One batch of what a cut-off in time decides.</summary>
    public static Task<int> RequestsAsync(Session session, string org, long cutoff, int limit) =>
        session.ExecuteAsync(RequestsSql, new { org, cutoff, limit });

    public static Task<int> AuditAsync(Session session, string org, long cutoff, int limit) =>
        session.ExecuteAsync(AuditSql, new { org, cutoff, limit });

    public static async Task<int> TokensAsync(Session session, string org, long cutoff, int limit) =>
        await session.ExecuteAsync(ExpiredTokensSql, new { org, cutoff, limit })
        + await session.ExecuteAsync(RevokedTokensSql, new { org, cutoff, limit })
        + await session.ExecuteAsync(JoinTokensSql, new { org, cutoff, limit });

    public static Task<int> CachedAsync(Session session, string org, long cutoff, int limit) =>
        session.ExecuteAsync(CachedSql, new { org, cutoff, limit });

    public static Task<int> FiringsAsync(Session session, string org, long cutoff, int limit) =>
        session.ExecuteAsync(FiringsSql, new { org, cutoff, limit });
}
