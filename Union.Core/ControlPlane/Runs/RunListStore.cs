using Union.Core.ControlPlane.Listing;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>
/// Root actions of runs by the age of their runs. Each scope has a statement of its own, and each statement an index
/// that gives its rows in order: a page far down costs what the first one costs. It is named by the condition on which
/// the index is partial, such as <c>task_name &lt;&gt; ''</c>, so that no planner takes one that holds many more rows.
/// </summary>
internal static class RunListStore
{
    private const string Newest = """

               and (r.created_at, r.id) < (@At, @Id)
             order by r.created_at desc, r.id desc
             limit @limit
        """;

    private const string Oldest = """

               and (r.created_at, r.id) > (@At, @Id)
             order by r.created_at, r.id
             limit @limit
        """;

    private const string Roots = ActionStore.Columns + "\n" + """
         where r.org = @org and a.org = @org and a.name = 'a0'
        """;

    private const string OfOrg = Roots + " and r.created_at > 0";

    private const string InProject = Roots + " and r.project = @Project and r.domain = @Domain";

    private const string OfProject = InProject + " and r.id > 0";

    private const string OfTask = InProject + " and r.task_name = @TaskName and r.task_name <> ''";

    private const string OfTrigger = InProject + """
         and r.trigger_task = @triggerTask and r.trigger_name = @triggerName and r.trigger_name <> ''
        """;

    private const string Paused = """
         and exists (select 1 from actions w where w.org = a.org and w.run_id = a.run_id and w.phase = 9)
        """;

    private const string OfLabel = ActionStore.Columns + "\n" + """
          join run_labels l on l.org = a.org and l.run_id = a.run_id
         where l.org = @org and a.org = @org and a.name = 'a0'
           and l.project = @Project and l.domain = @Domain and l.key = @key and l.value = @value
        """;

    private const string NewestLabel = """

               and (l.created_at, l.run_id) < (@At, @Id)
             order by l.created_at desc, l.run_id desc
             limit @limit
        """;

    private const string OldestLabel = """

               and (l.created_at, l.run_id) > (@At, @Id)
             order by l.created_at, l.run_id
             limit @limit
        """;

    /// <summary>The place of a root action: that of its run, which was created in the same instant.</summary>
    public static Position PositionOf(ActionRow root) => new(root.CreatedAt, root.RunRowId);

    public static Task<IReadOnlyList<ActionRow>> PageAsync(
        Session session, string org, RunScope scope, bool newestFirst, Position after, int limit)
    {
        const string newestOfOrg = OfOrg + Newest;
        const string oldestOfOrg = OfOrg + Oldest;
        const string newestOfProject = OfProject + Newest;
        const string oldestOfProject = OfProject + Oldest;
        const string newestOfTask = OfTask + Newest;
        const string oldestOfTask = OfTask + Oldest;
        const string newestOfTrigger = OfTrigger + Newest;
        const string oldestOfTrigger = OfTrigger + Oldest;
        const string newestOfLabel = OfLabel + NewestLabel;
        const string oldestOfLabel = OfLabel + OldestLabel;
        const string newestPausedOfOrg = OfOrg + Paused + Newest;
        const string oldestPausedOfOrg = OfOrg + Paused + Oldest;
        const string newestPaused = OfProject + Paused + Newest;
        const string oldestPaused = OfProject + Paused + Oldest;
        var parameters = new
        {
            org,
            scope.Project,
            scope.Domain,
            scope.TaskName,
            triggerTask = scope.Trigger?.Task,
            triggerName = scope.Trigger?.Name,
            key = scope.Label?.Key,
            value = scope.Label?.Value,
            after.At,
            after.Id,
            limit,
        };
        return (scope, newestFirst) switch
        {
            ({ PausedOnly: true, Project: null } or { PausedOnly: true, Domain: null }, true) =>
                session.QueryAsync<ActionRow>(newestPausedOfOrg, parameters),
            ({ PausedOnly: true, Project: null } or { PausedOnly: true, Domain: null }, false) =>
                session.QueryAsync<ActionRow>(oldestPausedOfOrg, parameters),
            ({ PausedOnly: true }, true) => session.QueryAsync<ActionRow>(newestPaused, parameters),
            ({ PausedOnly: true }, false) => session.QueryAsync<ActionRow>(oldestPaused, parameters),
            ({ Project: null } or { Domain: null }, true) => session.QueryAsync<ActionRow>(newestOfOrg, parameters),
            ({ Project: null } or { Domain: null }, false) => session.QueryAsync<ActionRow>(oldestOfOrg, parameters),
            ({ Trigger: not null }, true) => session.QueryAsync<ActionRow>(newestOfTrigger, parameters),
            ({ Trigger: not null }, false) => session.QueryAsync<ActionRow>(oldestOfTrigger, parameters),
            ({ Label: not null }, true) => session.QueryAsync<ActionRow>(newestOfLabel, parameters),
            ({ Label: not null }, false) => session.QueryAsync<ActionRow>(oldestOfLabel, parameters),
            ({ TaskName: not null }, true) => session.QueryAsync<ActionRow>(newestOfTask, parameters),
            ({ TaskName: not null }, false) => session.QueryAsync<ActionRow>(oldestOfTask, parameters),
            (_, true) => session.QueryAsync<ActionRow>(newestOfProject, parameters),
            (_, false) => session.QueryAsync<ActionRow>(oldestOfProject, parameters),
        };
    }

    public static async Task InsertLabelsAsync(Session session, long runId, RunRow run)
    {
        const string sql = """
            insert into run_labels (org, run_id, key, value, project, domain, created_at)
            values (@Org, @runId, @Key, @Value, @Project, @Domain, @CreatedAt)
            """;
        foreach (var (key, value) in LabelText.Read(run.Labels))
        {
            await session.ExecuteAsync(
                sql, new { run.Org, runId, Key = key, Value = value, run.Project, run.Domain, run.CreatedAt });
        }
    }
}
