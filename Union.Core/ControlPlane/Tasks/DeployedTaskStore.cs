using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>Versions of tasks. A version is written once; which one is the newest of its name stands in the row.</summary>
internal static class DeployedTaskStore
{
    private const string Columns = """
        select d.id as Id, d.org as Org, d.project as Project, d.domain as Domain, d.name as Name,
               d.version as Version, d.task_id as TaskId, d.cluster_id as ClusterId, d.is_latest as IsLatest,
               d.deployed_at as DeployedAt, d.deployed_by as DeployedBy, t.short_name as ShortName,
               t.task_type as TaskType, t.environment as Environment, t.is_entrypoint as IsEntrypoint
          from deployed_tasks d
          join tasks t on t.id = d.task_id and t.org = d.org
        """ + "\n";

    private const string OfOrg = Columns + """
         where d.org = @org
        """;

    private const string OfProject = OfOrg + " and d.project = @Project and d.domain = @Domain";

    private const string Newest = """

               and (d.deployed_at, d.id) < (@At, @Id)
             order by d.deployed_at desc, d.id desc
             limit @limit
        """;

    private const string Oldest = """

               and (d.deployed_at, d.id) > (@At, @Id)
             order by d.deployed_at, d.id
             limit @limit
        """;

    public static Position PositionOf(DeployedTaskRow row) => new(row.DeployedAt, row.Id);

    /// <summary>False when the version exists.</summary>
    public static async Task<bool> TryInsertAsync(Session session, DeployedTaskRow task)
    {
        const string sql = """
            insert into deployed_tasks (org, project, domain, name, version, task_id, cluster_id, is_latest,
                                        deployed_at, deployed_by)
            values (@Org, @Project, @Domain, @Name, @Version, @TaskId, @ClusterId, 1, @DeployedAt, @DeployedBy)
            on conflict (org, project, domain, name, version) do nothing
            """;
        const string olderSql = """
            update deployed_tasks set is_latest = 0
             where org = @Org and project = @Project and domain = @Domain and name = @Name and version <> @Version
               and is_latest = 1
            """;
        if (await session.ExecuteAsync(sql, task) == 0)
        {
            return false;
        }

        await session.ExecuteAsync(olderSql, task);
        return true;
    }

    public static Task<DeployedTaskRow?> FindAsync(Session session, ProjectScope scope, string name, string version)
    {
        const string sql = OfProject + " and d.name = @name and d.version = @version";
        return session.FindAsync<DeployedTaskRow>(
            sql, new { org = scope.Org, scope.Project, scope.Domain, name, version });
    }

    public static Task<DeployedTaskRow?> FindLatestAsync(Session session, ProjectScope scope, string name)
    {
        const string sql = OfProject + " and d.name = @name order by d.deployed_at desc, d.id desc limit 1";
        return session.FindAsync<DeployedTaskRow>(sql, new { org = scope.Org, scope.Project, scope.Domain, name });
    }

    /// <summary>The newest version of each name of a project, or of the whole org where none is given.</summary>
    public static Task<IReadOnlyList<DeployedTaskRow>> LatestAsync(
        Session session, string org, string? project, string? domain, bool newestFirst, Position after, int limit)
    {
        const string newestOfOrg = OfOrg + " and d.is_latest = 1" + Newest;
        const string oldestOfOrg = OfOrg + " and d.is_latest = 1" + Oldest;
        const string newestOfProject = OfProject + " and d.is_latest = 1" + Newest;
        const string oldestOfProject = OfProject + " and d.is_latest = 1" + Oldest;
        var parameters = new { org, Project = project, Domain = domain, after.At, after.Id, limit };
        return (project is null || domain is null, newestFirst) switch
        {
            (true, true) => session.QueryAsync<DeployedTaskRow>(newestOfOrg, parameters),
            (true, false) => session.QueryAsync<DeployedTaskRow>(oldestOfOrg, parameters),
            (false, true) => session.QueryAsync<DeployedTaskRow>(newestOfProject, parameters),
            (false, false) => session.QueryAsync<DeployedTaskRow>(oldestOfProject, parameters),
        };
    }

    public static Task<IReadOnlyList<DeployedTaskRow>> VersionsAsync(
        Session session, ProjectScope scope, string name, bool newestFirst, Position after, int limit)
    {
        const string newestOfName = OfProject + " and d.name = @name" + Newest;
        const string oldestOfName = OfProject + " and d.name = @name" + Oldest;
        var parameters = new { org = scope.Org, scope.Project, scope.Domain, name, after.At, after.Id, limit };
        return newestFirst
            ? session.QueryAsync<DeployedTaskRow>(newestOfName, parameters)
            : session.QueryAsync<DeployedTaskRow>(oldestOfName, parameters);
    }
}
