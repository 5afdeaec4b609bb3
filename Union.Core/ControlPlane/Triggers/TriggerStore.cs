using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

internal static class TriggerStore
{
    private const string Columns = """
        select id as Id, org as Org, project as Project, domain as Domain, task_name as Task, name as Name,
               revision as Revision, active as Active, next_at as NextAt, anchor_at as AnchorAt,
               deployed_at as DeployedAt, updated_at as UpdatedAt, triggered_at as TriggeredAt,
               deleted_at as DeletedAt, deployed_by as DeployedBy, updated_by as UpdatedBy
          from triggers
        """ + "\n";

    private const string Newest = """

               and (deployed_at, id) < (@At, @Id)
             order by deployed_at desc, id desc
             limit @limit
        """;

    private const string Oldest = """

               and (deployed_at, id) > (@At, @Id)
             order by deployed_at, id
             limit @limit
        """;

    private const string LiveOfOrg = Columns + """
         where org = @org and deleted_at is null
        """;

    private const string LiveOfProject = LiveOfOrg + " and project = @project and domain = @domain";

    public static Position PositionOf(TriggerRow row) => new(row.DeployedAt, row.Id);

    /// <summary>A trigger by its name, a deleted one too.</summary>
    public static Task<TriggerRow?> FindAsync(Session session, ProjectScope scope, TriggerKey key)
    {
        const string sql = Columns + """
             where org = @Org and project = @Project and domain = @Domain and task_name = @Task and name = @Name
            """;
        return session.FindAsync<TriggerRow>(sql, new { scope.Org, scope.Project, scope.Domain, key.Task, key.Name });
    }

    /// <summary>A trigger as it is once no other replica can fire it.</summary>
    public static Task<TriggerRow?> LockAsync(Session session, string org, long id)
    {
        const string sql = Columns + """
             where org = @org and id = @id
            /*postgres for no key update */
            """;
        return session.FindAsync<TriggerRow>(sql, new { org, id });
    }

    public static Task<IReadOnlyList<TriggerRow>> OfTaskAsync(Session session, ProjectScope scope, string task)
    {
        const string sql = LiveOfProject + " and task_name = @task order by name";
        return session.QueryAsync<TriggerRow>(
            sql, new { org = scope.Org, project = scope.Project, domain = scope.Domain, task });
    }

    public static Task<IReadOnlyList<TriggerRow>> PageAsync(
        Session session, string org, string? project, string? domain, bool newestFirst, Position after, int limit)
    {
        const string newestOfOrg = LiveOfOrg + Newest;
        const string oldestOfOrg = LiveOfOrg + Oldest;
        const string newestOfProject = LiveOfProject + Newest;
        const string oldestOfProject = LiveOfProject + Oldest;
        var parameters = new { org, project, domain, after.At, after.Id, limit };
        return (project is null || domain is null, newestFirst) switch
        {
            (true, true) => session.QueryAsync<TriggerRow>(newestOfOrg, parameters),
            (true, false) => session.QueryAsync<TriggerRow>(oldestOfOrg, parameters),
            (false, true) => session.QueryAsync<TriggerRow>(newestOfProject, parameters),
            (false, false) => session.QueryAsync<TriggerRow>(oldestOfProject, parameters),
        };
    }

    /// <summary>What is due in any org, the most overdue first.</summary>
    public static Task<IReadOnlyList<TriggerRow>> DueAsync(Session session, long now, int limit)
    {
        const string sql = Columns + """
             where next_at <= @now
             order by next_at, id
             limit @limit
            """;
        return session.QueryAsync<TriggerRow>(sql, new { now, limit });
    }

    public static Task<long> InsertAsync(Session session, TriggerRow trigger)
    {
        const string sql = """
            insert into triggers (org, project, domain, task_name, name, revision, active, next_at, anchor_at,
                                  deployed_at, updated_at, deployed_by, updated_by)
            values (@Org, @Project, @Domain, @Task, @Name, @Revision, @Active, @NextAt, @AnchorAt,
                    @DeployedAt, @UpdatedAt, @DeployedBy, @UpdatedBy)
            returning id
            """;
        return session.ScalarAsync(sql, trigger);
    }

    /// <summary>Writes a change; false when another one came first.</summary>
    public static async Task<bool> TryUpdateAsync(Session session, TriggerRow trigger)
    {
        const string sql = """
            update triggers
               set revision = @Revision, active = @Active, next_at = @NextAt, anchor_at = @AnchorAt,
                   deployed_at = @DeployedAt, updated_at = @UpdatedAt, deleted_at = @DeletedAt,
                   deployed_by = @DeployedBy, updated_by = @UpdatedBy
             where org = @Org and id = @Id and revision = @Revision - 1
            """;
        return await session.ExecuteAsync(sql, trigger) == 1;
    }

    /// <summary>Moves a trigger on after it fired; a change of it that came first stands.</summary>
    public static Task FiredAsync(Session session, TriggerRow trigger, long? nextAt, long? triggeredAt)
    {
        const string sql = """
            update triggers
               set next_at = @nextAt, triggered_at = @triggeredAt
             where org = @Org and id = @Id and revision = @Revision
            """;
        return session.ExecuteAsync(sql, new { trigger.Org, trigger.Id, trigger.Revision, nextAt, triggeredAt });
    }
}
