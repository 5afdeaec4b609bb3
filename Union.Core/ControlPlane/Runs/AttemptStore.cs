using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

internal sealed record AttemptOwner(string Org, long ActionId, long RunId);

/// <summary>Attempts: who was given which action with which fence, and what became of it.</summary>
internal static class AttemptStore
{
    private const string Columns = """
        select uid as Uid, org as Org, action_id as ActionId, cluster_id as ClusterId, attempt as Attempt,
               fence as Fence, phase as Phase, assigned_at as AssignedAt, confirmed_at as ConfirmedAt,
               started_at as StartedAt, ended_at as EndedAt, end_asked_at as EndAskedAt, output_uri as OutputUri,
               report_uri as ReportUri, error_code as ErrorCode, error_kind as ErrorKind,
               error_private as ErrorPrivate
          from attempts
        """;

    public static Statement Insert(AttemptRow attempt)
    {
        const string sql = """
            insert into attempts (uid, org, action_id, cluster_id, attempt, fence, phase, assigned_at, output_uri,
                                  report_uri, error_code, error_kind, error_private)
            values (@Uid, @Org, @ActionId, @ClusterId, @Attempt, @Fence, @Phase, @AssignedAt, '', '', '', 0, '')
            """;
        return new Statement(sql, attempt);
    }

    public static Query<AttemptRow> Find(string org, string uid)
    {
        const string sql = Columns + """

             where org = @org and uid = @uid
            """;
        return new Query<AttemptRow>(sql, new { org, uid });
    }

    /// <summary>As many of these attempts as this cluster was given.</summary>
    public static Query<AttemptRow> List(string org, string clusterId, string[] uids)
    {
        const string sql = Columns + """

             where org = @org and cluster_id = @clusterId and uid in @uids
            """;
        return new Query<AttemptRow>(sql, new { org, clusterId, uids });
    }

    /// <summary>Which action and run an attempt belongs to: what must be locked before the attempt is read.</summary>
    public static Task<AttemptOwner?> FindActionAsync(Session session, string org, string uid)
    {
        const string sql = """
            select t.org as Org, t.action_id as ActionId, a.run_id as RunId
              from attempts t
              join actions a on a.id = t.action_id and a.org = t.org
             where t.org = @org and t.uid = @uid
            """;
        return session.FindAsync<AttemptOwner>(sql, new { org, uid });
    }

    /// <summary>The attempts of an action that were confirmed by their cluster, or are the newest, first to last.</summary>
    public static Query<AttemptRow> OfAction(string org, long actionId)
    {
        const string sql = Columns + """

             where org = @org and action_id = @actionId
             order by fence
            """;
        return new Query<AttemptRow>(sql, new { org, actionId });
    }

    /// <summary>Every attempt that a cluster has not ended yet.</summary>
    public static Task<IReadOnlyList<AttemptRow>> LiveAsync(Session session, string org, string clusterId)
    {
        const string sql = Columns + """

             where org = @org and cluster_id = @clusterId and assigned_at > 0 and ended_at is null
             order by assigned_at
            """;
        return session.QueryAsync<AttemptRow>(sql, new { org, clusterId });
    }

    /// <summary>The attempts that a cluster must end.</summary>
    public static Query<AttemptRow> ToEnd(string org, string clusterId)
    {
        const string sql = Columns + """

             where org = @org and cluster_id = @clusterId and assigned_at > 0
               and ended_at is null and end_asked_at is not null
             limit 1000
            """;
        return new Query<AttemptRow>(sql, new { org, clusterId });
    }

    public static Statement AskEnd(string org, long actionId, long now)
    {
        const string sql = """
            update attempts set end_asked_at = @now
             where org = @org and action_id = @actionId and ended_at is null and end_asked_at is null
            """;
        return new Statement(sql, new { org, actionId, now });
    }

    /// <summary>The cluster has ended an attempt because it was asked to.</summary>
    public static Statement Ended(string org, string clusterId, string uid, long now)
    {
        const string sql = """
            update attempts
               set ended_at = @now, phase = 7
             where org = @org and uid = @uid and cluster_id = @clusterId
               and ended_at is null and end_asked_at is not null
            """;
        return new Statement(sql, new { org, clusterId, uid, now });
    }

    /// <summary>An attempt that its cluster was told not to start.</summary>
    public static Task CloseAsync(Session session, string org, string uid, long now)
    {
        const string sql = """
            update attempts set ended_at = @now, phase = 7 where org = @org and uid = @uid and ended_at is null
            """;
        return session.ExecuteAsync(sql, new { org, uid, now });
    }

    /// <summary>An attempt that started nothing, because the result was there already.</summary>
    public static Task TakenOverAsync(Session session, string org, string uid, string outputUri, long now)
    {
        const string sql = """
            update attempts set confirmed_at = @now, ended_at = @now, phase = 5, output_uri = @outputUri
             where org = @org and uid = @uid and ended_at is null
            """;
        return session.ExecuteAsync(sql, new { org, uid, outputUri, now });
    }

    /// <summary>Writes what a cluster reports of an attempt; that it is to end is <see cref="AskEnd"/>'s alone to write.</summary>
    public static Statement Update(AttemptRow attempt)
    {
        const string sql = """
            update attempts
               set phase = @Phase, confirmed_at = @ConfirmedAt, started_at = @StartedAt, ended_at = @EndedAt,
                   output_uri = @OutputUri, report_uri = @ReportUri,
                   error_code = @ErrorCode, error_kind = @ErrorKind, error_private = @ErrorPrivate
             where org = @Org and uid = @Uid
            """;
        return new Statement(sql, attempt);
    }
}
