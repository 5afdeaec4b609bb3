using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>Runs, and the counter by which every change of a run is totally ordered.</summary>
internal static class RunStore
{
    public static Task<RunRow?> FindAsync(Session session, RunId run)
    {
        const string sql = """
            select id as Id, org as Org, project as Project, domain as Domain, name as Name, cluster_id as ClusterId,
                   projection as Projection, private_part as PrivatePart, digest as Digest, source as Source,
                   created_at as CreatedAt, created_by as CreatedBy, change as Change
              from runs
             where org = @Org and project = @Project and domain = @Domain and name = @Name
            """;
        return session.FindAsync<RunRow>(sql, run);
    }

    /// <summary>The run that was created by an earlier call with the same request id, caller and content.</summary>
    public static Task<RunRow?> FindByRequestAsync(Session session, string org, string digest, DateTimeOffset since)
    {
        const string sql = """
            select r.id as Id, r.org as Org, r.project as Project, r.domain as Domain, r.name as Name,
                   r.cluster_id as ClusterId, r.projection as Projection, r.private_part as PrivatePart,
                   r.digest as Digest, r.source as Source, r.created_at as CreatedAt, r.created_by as CreatedBy,
                   r.change as Change
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
                              created_at, created_by, change)
            values (@Org, @Project, @Domain, @Name, @ClusterId, @Projection, @PrivatePart, @Digest, @Source,
                    @CreatedAt, @CreatedBy, @Change)
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

    /// <summary>The next value of the run's counter; every change of one of its actions takes one.</summary>
    public static Task<long> NextChangeAsync(Session session, string org, long runId)
    {
        const string sql = "update runs set change = change + 1 where org = @org and id = @runId returning change";
        return session.ScalarAsync(sql, new { org, runId });
    }

    /// <summary>A page of runs, newest first, before the given position.</summary>
    public static Task<IReadOnlyList<RunRow>> PageAsync(
        Session session, string org, string? project, string? domain, long beforeCreatedAt, long beforeId, int limit)
    {
        const string sql = """
            select id as Id, org as Org, project as Project, domain as Domain, name as Name, cluster_id as ClusterId,
                   projection as Projection, private_part as PrivatePart, digest as Digest, source as Source,
                   created_at as CreatedAt, created_by as CreatedBy, change as Change
              from runs
             where org = @org
               and (@project is null or project = @project)
               and (@domain is null or domain = @domain)
               and (created_at, id) < (@beforeCreatedAt, @beforeId)
             order by created_at desc, id desc
             limit @limit
            """;
        return session.QueryAsync<RunRow>(sql, new { org, project, domain, beforeCreatedAt, beforeId, limit });
    }
}
