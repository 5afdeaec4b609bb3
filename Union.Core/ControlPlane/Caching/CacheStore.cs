using Union.Core.Storage;

namespace Union.Core.ControlPlane.Caching;

/// <summary>Results of earlier actions by key, and which action is computing one now.</summary>
internal static class CacheStore
{
    private const string Columns = """
        select org as Org, project as Project, domain as Domain, cluster_id as ClusterId, key as Key,
               task_name as TaskName, cache_version as CacheVersion, output_uri as OutputUri, source as Source,
               created_at as CreatedAt, used_at as UsedAt
          from cache_entries
        """;

    public static Task<CacheRow?> FindAsync(Session session, CacheKey key)
    {
        const string sql = Columns + """

             where org = @Org and project = @Project and domain = @Domain and cluster_id = @ClusterId and key = @Key
            """;
        return session.FindAsync<CacheRow>(sql, key);
    }

    /// <summary>The newest result of a key wins.</summary>
    public static Statement Put(CacheRow entry)
    {
        const string sql = """
            insert into cache_entries (org, project, domain, cluster_id, key, task_name, cache_version, output_uri,
                                       source, created_at, used_at)
            values (@Org, @Project, @Domain, @ClusterId, @Key, @TaskName, @CacheVersion, @OutputUri,
                    @Source, @CreatedAt, @UsedAt)
            on conflict (org, project, domain, cluster_id, key) do update
               set output_uri = excluded.output_uri, source = excluded.source, created_at = excluded.created_at,
                   used_at = excluded.used_at
            """;
        return new Statement(sql, entry);
    }

    /// <summary>Notes that a result was of use; once an hour is enough, or hits would wait for each other.</summary>
    public static Task TouchAsync(Session session, CacheKey key, long now, long since)
    {
        const string sql = """
            update cache_entries set used_at = @now
             where org = @Org and project = @Project and domain = @Domain and cluster_id = @ClusterId and key = @Key
               and used_at < @since
            """;
        return session.ExecuteAsync(sql, new { key.Org, key.Project, key.Domain, key.ClusterId, key.Key, now, since });
    }

    /// <summary>Drops a result whose outputs are gone, unless it was replaced meanwhile.</summary>
    public static Task DropAsync(Session session, CacheKey key, string outputUri)
    {
        const string sql = """
            delete from cache_entries
             where org = @Org and project = @Project and domain = @Domain and cluster_id = @ClusterId and key = @Key
               and output_uri = @outputUri
            """;
        return session.ExecuteAsync(sql, new { key.Org, key.Project, key.Domain, key.ClusterId, key.Key, outputUri });
    }

    /// <summary>
    /// Makes an action the one that computes a result. Where there is one already, false, and its row is locked until the
    /// end of the transaction: who then waits for it cannot miss that it is over. An owner is passed over when it has
    /// ended or is gone, and when it has not been running for so long that it is as good as lost.
    /// </summary>
    public static async Task<bool> TryReserveAsync(Session session, CacheKey key, long actionId, long now, long expiresAt)
    {
        const string sql = """
            insert into cache_reservations (org, project, domain, cluster_id, key, action_id, expires_at)
            values (@Org, @Project, @Domain, @ClusterId, @Key, @actionId, @expiresAt)
            on conflict (org, project, domain, cluster_id, key) do update
               set action_id = excluded.action_id, expires_at = excluded.expires_at
             where cache_reservations.action_id = excluded.action_id
                or not exists (select 1 from actions a
                                where a.org = @Org and a.id = cache_reservations.action_id
                                  and (a.phase in (3, 4) or (a.phase in (1, 2) and cache_reservations.expires_at > @now)))
            """;
        return await session.ExecuteAsync(
            sql,
            new { key.Org, key.Project, key.Domain, key.ClusterId, key.Key, actionId, now, expiresAt }) > 0;
    }

    public static Statement Release(CacheKey key, long actionId)
    {
        const string sql = """
            delete from cache_reservations
             where org = @Org and project = @Project and domain = @Domain and cluster_id = @ClusterId and key = @Key
               and action_id = @actionId
            """;
        return new Statement(sql, new { key.Org, key.Project, key.Domain, key.ClusterId, key.Key, actionId });
    }

    /// <summary>Lets those go on that wait for a result which nobody computes any more.</summary>
    public static Statement Wake(CacheKey key, long now)
    {
        const string sql = """
            update actions set queue_state = 1, queued_at = @now
             where org = @Org and cluster_id = @ClusterId and cache_key = @Key and queue_state = 3
               and not exists (select 1 from cache_reservations r
                                where r.org = @Org and r.project = @Project and r.domain = @Domain
                                  and r.cluster_id = @ClusterId and r.key = @Key)
            """;
        return new Statement(sql, new { key.Org, key.Project, key.Domain, key.ClusterId, key.Key, now });
    }

    /// <summary>Lets those ask again that have waited for long: their owner may be lost.</summary>
    public static Task<int> WakeLateAsync(Session session, string org, string clusterId, long since, long now)
    {
        const string sql = """
            update actions set queue_state = 1, queued_at = @now
             where org = @org and id in (select id from actions
                                          where org = @org and cluster_id = @clusterId and queue_state = 3
                                            and queued_at < @since
                                          order by queued_at
                                          limit 100
                                         /*postgres for no key update skip locked */)
               and queue_state = 3
            """;
        return session.ExecuteAsync(sql, new { org, clusterId, since, now });
    }

    public static Task<IReadOnlyList<CacheRow>> ListAsync(Session session, string org, string project, string domain, int limit)
    {
        const string sql = Columns + """

             where org = @org and project = @project and domain = @domain and project <> ''
             order by task_name, cache_version
             limit @limit
            """;
        return session.QueryAsync<CacheRow>(sql, new { org, project, domain, limit });
    }

    public static Task<IReadOnlyList<CacheRow>> OfTaskAsync(
        Session session, string org, string project, string domain, string task, int limit)
    {
        const string sql = Columns + """

             where org = @org and project = @project and domain = @domain and task_name = @task
             order by cache_version
             limit @limit
            """;
        return session.QueryAsync<CacheRow>(sql, new { org, project, domain, task, limit });
    }

    /// <summary>Drops results of a task, at most <paramref name="limit"/>.</summary>
    public static Task<int> EvictAsync(Session session, string org, string project, string domain, string task, int limit)
    {
        const string sql = """
            delete from cache_entries
             where org = @org and project = @project and domain = @domain
               and (cluster_id, key) in (select cluster_id, key from cache_entries
                                          where org = @org and project = @project and domain = @domain and task_name = @task
                                          limit @limit)
            """;
        return session.ExecuteAsync(sql, new { org, project, domain, task, limit });
    }
}
