using Union.Core.Boundary.Identity;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

internal static class ClusterStore
{
    private const string Columns = """
        select org as Org, id as Id, name as Name, created_at as CreatedAt, last_seen_at as LastSeenAt,
               session as Session, acked_event as AckedEvent, binary_version as BinaryVersion, sandbox as Sandbox,
               parallel as Parallel, certificate_expires_at as CertificateExpiresAt, revoked_at as RevokedAt
          from clusters
        """;

    public static Task<ClusterRow?> FindAsync(Session session, ClusterIdentity cluster)
    {
        const string sql = Columns + """

             where org = @Org and id = @ClusterId
            """;
        return session.FindAsync<ClusterRow>(sql, cluster);
    }

    /// <summary>The cluster, with no other report of it under way.</summary>
    public static async Task<ClusterRow?> LockAsync(Session session, ClusterIdentity cluster)
    {
        var row = Lock(cluster);
        await session.BatchAsync([row]);
        return row.First;
    }

    /// <summary>As <see cref="LockAsync"/>, for a batch.</summary>
    public static Query<ClusterRow> Lock(ClusterIdentity cluster)
    {
        const string sql = Columns + """

             where org = @Org and id = @ClusterId
            /*postgres for no key update */
            """;
        return new Query<ClusterRow>(sql, cluster);
    }

    /// <summary>The cluster, with neither a report nor a lease of it under way.</summary>
    public static Task<ClusterRow?> LockOutLeasesAsync(Session session, ClusterIdentity cluster)
    {
        const string sql = Columns + """

             where org = @Org and id = @ClusterId
            /*postgres for update */
            """;
        return session.FindAsync<ClusterRow>(sql, cluster);
    }

    /// <summary>The cluster, whose session does not change before this transaction ends; leases do not wait for each other.</summary>
    public static Query<ClusterRow> FindForLease(ClusterIdentity cluster)
    {
        const string sql = Columns + """

             where org = @Org and id = @ClusterId
            /*postgres for key share */
            """;
        return new Query<ClusterRow>(sql, cluster);
    }

    public static Task<ClusterRow?> FindByNameAsync(Session session, string org, string name)
    {
        const string sql = Columns + """

             where org = @org and name = @name
            """;
        return session.FindAsync<ClusterRow>(sql, new { org, name });
    }

    /// <summary>The cluster that runs what a project starts: with one store an org, the oldest that is admitted.</summary>
    public static Task<ClusterRow?> RouteAsync(Session session, string org)
    {
        const string sql = Columns + """

             where org = @org and revoked_at is null
             order by created_at, id
             limit 1
            """;
        return session.FindAsync<ClusterRow>(sql, new { org });
    }

    public static Task<IReadOnlyList<ClusterRow>> ListAsync(Session session, string org)
    {
        const string sql = Columns + """

             where org = @org
             order by name
             limit 1000
            """;
        return session.QueryAsync<ClusterRow>(sql, new { org });
    }

    /// <summary>Enrols a cluster; one that is known by this name gets its new certificate and is admitted again.</summary>
    public static Task EnrollAsync(
        Session session, ClusterIdentity cluster, string name, DateTimeOffset now, DateTimeOffset certificateExpires)
    {
        const string sql = """
            insert into clusters (org, id, name, created_at, acked_event, binary_version, sandbox, parallel,
                                  certificate_expires_at)
            values (@Org, @ClusterId, @name, @now, 0, '', '', 0, @expires)
            on conflict (org, id) do update
               set certificate_expires_at = excluded.certificate_expires_at, revoked_at = null
            """;
        return session.ExecuteAsync(sql, new
        {
            cluster.Org,
            cluster.ClusterId,
            name,
            now = now.ToMicros(),
            expires = certificateExpires.ToMicros(),
        });
    }

    public static Task BeginSessionAsync(Session session, ClusterRow cluster)
    {
        const string sql = """
            update clusters
               set session = @Session, last_seen_at = @LastSeenAt, acked_event = @AckedEvent,
                   binary_version = @BinaryVersion, sandbox = @Sandbox, parallel = @Parallel
             where org = @Org and id = @Id
            """;
        return session.ExecuteAsync(sql, cluster);
    }

    /// <summary>Notes that the cluster was there, unless that is noted since <paramref name="since"/>.</summary>
    public static Statement Seen(ClusterIdentity cluster, DateTimeOffset now, DateTimeOffset since)
    {
        const string sql = """
            update clusters set last_seen_at = @now
             where org = @Org and id = @ClusterId and (last_seen_at is null or last_seen_at < @since)
            """;
        return new Statement(sql, new { cluster.Org, cluster.ClusterId, now = now.ToMicros(), since = since.ToMicros() });
    }

    public static Statement Acknowledge(ClusterIdentity cluster, long sequence, DateTimeOffset now)
    {
        const string sql = """
            update clusters set acked_event = @sequence, last_seen_at = @now where org = @Org and id = @ClusterId
            """;
        return new Statement(sql, new { cluster.Org, cluster.ClusterId, sequence, now = now.ToMicros() });
    }

    public static Task RenewedAsync(Session session, ClusterIdentity cluster, DateTimeOffset expires)
    {
        const string sql = """
            update clusters set certificate_expires_at = @expires where org = @Org and id = @ClusterId
            """;
        return session.ExecuteAsync(sql, new { cluster.Org, cluster.ClusterId, expires = expires.ToMicros() });
    }

    public static Task<int> RevokeAsync(Session session, string org, string name, DateTimeOffset now)
    {
        const string sql = "update clusters set revoked_at = @now where org = @org and name = @name";
        return session.ExecuteAsync(sql, new { org, name, now = now.ToMicros() });
    }

    public static async Task ReplacePrefixesAsync(
        Session session, ClusterIdentity cluster, IReadOnlyList<string> prefixes)
    {
        const string deleteSql = "delete from cluster_prefixes where org = @Org and cluster_id = @ClusterId";
        await session.ExecuteAsync(deleteSql, cluster);
        const string insertSql = """
            insert into cluster_prefixes (org, cluster_id, prefix) values (@Org, @ClusterId, @prefix)
            on conflict do nothing
            """;
        foreach (var prefix in prefixes)
        {
            await session.ExecuteAsync(insertSql, new { cluster.Org, cluster.ClusterId, prefix });
        }
    }

    /// <summary>The starts of all references that a cluster's store answers to.</summary>
    public static Task<IReadOnlyList<string>> PrefixesAsync(Session session, string org, string clusterId)
    {
        const string sql = "select prefix from cluster_prefixes where org = @org and cluster_id = @clusterId";
        return session.QueryAsync<string>(sql, new { org, clusterId });
    }
}
