using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Two reads of an action with the same stamp show the same. The number of its last change does not say it alone: a late
/// report changes an attempt and nothing else, and a row's number may come again once retention has deleted it.
/// </summary>
/// <param name="Attempts">Grows with everything that a reader sees of the attempts.</param>
internal sealed record ActionStamp(
    long Id, long RunId, long TaskId, long CreatedAt, long Change, CacheStatus CacheStatus, string CacheKey, long Attempts)
{
    public static Task<ActionStamp?> FindAsync(Session session, ActionId action)
    {
        const string sql = """
            select a.id as Id, a.run_id as RunId, a.task_id as TaskId, a.created_at as CreatedAt, a.change as Change,
                   a.cache_status as CacheStatus, a.cache_key as CacheKey,
                   (select cast(coalesce(sum(100 + y.phase + case when y.confirmed_at is null then 0 else 16 end
                                             + case when y.started_at is null then 0 else 16 end
                                             + case when y.ended_at is null then 0 else 16 end), 0) as bigint)
                      from attempts y
                     where y.org = @Org and y.action_id = a.id) as Attempts
              from actions a
             where a.org = @Org and a.name = @Name
               and a.run_id = (select x.id from runs x
                                where x.org = @Org and x.project = @Project and x.domain = @Domain and x.name = @Run
                                  and x.name <> '')
            """;
        var run = action.Run;
        return session.FindAsync<ActionStamp>(
            sql, new { run.Org, run.Project, run.Domain, Run = run.Name, action.Name });
    }
}
