using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Runs, and the counter by which every change of a run is totally ordered.</summary>
internal static class RunStore
{
    private const string Columns = """
        select r.id as Id, r.org as Org, r.project as Project, r.domain as Domain, r.name as Name,
               r.cluster_id as ClusterId, r.projection as Projection, r.private_part as PrivatePart,
               r.digest as Digest, r.source as Source, r.created_at as CreatedAt, r.created_by as CreatedBy,
               r.change as Change, r.start_time as StartTime, r.task_name as TaskName, r.task_version as TaskVersion,
               r.labels as Labels, r.trigger_task as TriggerTask, r.trigger_name as TriggerName,
               r.trigger_revision as TriggerRevision, r.recovers_run_id as RecoversRunId,
               r.rerun_actions as RerunActions
        """ + "\n";

    public static Task<RunRow?> FindAsync(Session session, RunId run)
    {
        const string sql = Columns + """
              from runs r
             where r.org = @Org and r.project = @Project and r.domain = @Domain and r.name = @Name and r.name <> ''
            """;
        return session.FindAsync<RunRow>(sql, run);
    }

    public static Query<RunRow> Find(string org, long id)
    {
        const string sql = Columns + """
              from runs r
             where r.org = @org and r.id = @id
            """;
        return new Query<RunRow>(sql, new { org, id });
    }

    /// <summary>The run that was created by an earlier call with the same request id, caller and content.</summary>
    public static Task<RunRow?> FindByRequestAsync(Session session, string org, string digest, DateTimeOffset since)
    {
        const string sql = Columns + """
              from run_requests q
              join runs r on r.id = q.run_id and r.org = q.org
             where q.org = @org and q.digest = @digest and q.created_at >= @since
            """;
        return session.FindAsync<RunRow>(sql, new { org, digest, since = since.ToMicros() });
    }

    public static Task<long> InsertAsync(Session session, RunRow run)
    {
        const string sql = """
            insert into runs (org, project, domain, name, cluster_id, projection, private_part, digest, source,
                              created_at, created_by, change, start_time, task_name, task_version, labels,
                              trigger_task, trigger_name, trigger_revision, recovers_run_id, rerun_actions)
            values (@Org, @Project, @Domain, @Name, @ClusterId, @Projection, @PrivatePart, @Digest, @Source,
                    @CreatedAt, @CreatedBy, @Change, @StartTime, @TaskName, @TaskVersion, @Labels,
                    @TriggerTask, @TriggerName, @TriggerRevision, @RecoversRunId, @RerunActions)
            returning id
            """;
        return session.ScalarAsync(sql, run);
    }

    /// <summary>Remembers which run a request made; one that is forgotten by now may be replaced.</summary>
    /// <exception cref="ChangedMeanwhileException">The same request is being answered by another transaction.</exception>
    public static async Task InsertRequestAsync(
        Session session, string org, string digest, long runId, DateTimeOffset now, DateTimeOffset since)
    {
        const string sql = """
            insert into run_requests (org, digest, run_id, created_at)
            values (@org, @digest, @runId, @now)
            on conflict (org, digest) do update set run_id = excluded.run_id, created_at = excluded.created_at
             where run_requests.org = @org and run_requests.created_at < @since
            """;
        var parameters = new { org, digest, runId, now = now.ToMicros(), since = since.ToMicros() };
        if (await session.ExecuteAsync(sql, parameters) == 0)
        {
            throw new ChangedMeanwhileException();
        }
    }

    /// <summary>Whatever changes an action of a run holds this first, so that changes of a run come one after the other.</summary>
    public static Task<long> LockAsync(Session session, string org, long runId)
    {
        const string sql = "select change from runs where org = @org and id = @runId /*postgres for no key update */";
        return session.ScalarAsync(sql, new { org, runId });
    }

    public static Query<RunRow> List(string org, long[] ids)
    {
        const string sql = Columns + """
              from runs r
             where r.org = @org and r.id in @ids
            """;
        return new Query<RunRow>(sql, new { org, ids });
    }

    public static async Task<IReadOnlyList<RunRow>> ListAsync(Session session, string org, IReadOnlyCollection<long> ids)
    {
        var runs = List(org, [.. ids]);
        await session.BatchAsync([runs]);
        return runs.Rows;
    }

    /// <summary>Locks the runs of these attempts, always in the same order.</summary>
    public static Query<long> LockOfAttempts(string org, string clusterId, string[] uids)
    {
        const string sql = """
            select id
              from runs
             where org = @org
               and id in (select a.run_id
                            from attempts t
                            join actions a on a.id = t.action_id and a.org = t.org
                           where t.org = @org and t.cluster_id = @clusterId and t.uid in @uids)
             order by id
            /*postgres for no key update */
            """;
        return new Query<long>(sql, new { org, clusterId, uids });
    }

    /// <summary>Moves the counter of a run on by the number of its actions that a transaction changes.</summary>
    public static Statement Change(string org, long runId, long count)
    {
        const string sql = "update runs set change = change + @count where org = @org and id = @runId";
        return new Statement(sql, new { org, runId, count });
    }
}
