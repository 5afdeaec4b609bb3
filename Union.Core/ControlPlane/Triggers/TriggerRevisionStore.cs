using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>What every trigger was at every time.</summary>
internal static class TriggerRevisionStore
{
    private const string Columns = """
        select org as Org, trigger_id as TriggerId, revision as Revision, action as Action, active as Active,
               created_at as CreatedAt, created_by as CreatedBy, cluster_id as ClusterId, task_version as TaskVersion,
               run_projection as RunProjection, run_private as RunPrivate, labels as Labels, input_uri as InputUri,
               inputs_hash as InputsHash, description as Description, schedule_kind as ScheduleKind, cron as Cron,
               time_zone as TimeZone, rate_value as RateValue, rate_unit as RateUnit, rate_start as RateStart,
               kickoff_input as KickoffInput
          from trigger_revisions
        """ + "\n";

    private const string OfTrigger = Columns + """
         where org = @org and trigger_id = @triggerId
        """;

    public static Task AppendAsync(Session session, TriggerRevisionRow revision)
    {
        const string sql = """
            insert into trigger_revisions (org, trigger_id, revision, action, active, created_at, created_by,
                                           cluster_id, task_version, run_projection, run_private, labels, input_uri,
                                           inputs_hash, description, schedule_kind, cron, time_zone, rate_value,
                                           rate_unit, rate_start, kickoff_input)
            values (@Org, @TriggerId, @Revision, @Action, @Active, @CreatedAt, @CreatedBy,
                    @ClusterId, @TaskVersion, @RunProjection, @RunPrivate, @Labels, @InputUri,
                    @InputsHash, @Description, @ScheduleKind, @Cron, @TimeZone, @RateValue,
                    @RateUnit, @RateStart, @KickoffInput)
            """;
        return session.ExecuteAsync(sql, revision);
    }

    public static Task<TriggerRevisionRow?> FindAsync(Session session, string org, long triggerId, long revision)
    {
        const string sql = OfTrigger + " and revision = @revision";
        return session.FindAsync<TriggerRevisionRow>(sql, new { org, triggerId, revision });
    }

    public static Task<TriggerRevisionRow?> FindAsync(Session session, ProjectScope scope, TriggerKey trigger, long revision)
    {
        const string sql = Columns + """
             where org = @Org and revision = @revision
               and trigger_id = (select t.id from triggers t
                                  where t.org = @Org and t.project = @Project and t.domain = @Domain
                                    and t.task_name = @Task and t.name = @Name)
            """;
        return session.FindAsync<TriggerRevisionRow>(
            sql, new { scope.Org, scope.Project, scope.Domain, trigger.Task, trigger.Name, revision });
    }

    public static Task<IReadOnlyList<TriggerRevisionRow>> PageAsync(
        Session session, string org, long triggerId, bool newestFirst, Position after, int limit)
    {
        const string newest = OfTrigger + " and revision < @Id order by revision desc limit @limit";
        const string oldest = OfTrigger + " and revision > @Id order by revision limit @limit";
        var parameters = new { org, triggerId, after.Id, limit };
        return newestFirst
            ? session.QueryAsync<TriggerRevisionRow>(newest, parameters)
            : session.QueryAsync<TriggerRevisionRow>(oldest, parameters);
    }
}
