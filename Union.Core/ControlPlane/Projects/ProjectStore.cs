using Union.Core.Storage;

namespace Union.Core.ControlPlane.Projects;

public sealed record ProjectRow(string Org, string Name, long State, long CreatedAt);

internal static class ProjectStore
{
    public static Task EnsureAsync(Session session, string org, string name, DateTimeOffset now)
    {
        const string sql = """
            insert into projects (org, name, state, created_at) values (@org, @name, 0, @now) on conflict do nothing
            """;
        return session.ExecuteAsync(sql, new { org, name, now = now.ToMicros() });
    }

    public static Task<ProjectRow?> FindAsync(Session session, string org, string name)
    {
        const string sql = """
            select org as Org, name as Name, state as State, created_at as CreatedAt
              from projects
             where org = @org and name = @name
            """;
        return session.FindAsync<ProjectRow>(sql, new { org, name });
    }

    /// <summary>Refuses a project in which nothing may be started.</summary>
    public static async Task EnsureActiveAsync(Session session, string org, string name)
    {
        var project = await FindAsync(session, org, name) ?? throw ProjectErrors.NoSuchProject(name);
        if (project.State != 0)
        {
            throw ProjectErrors.Archived(name);
        }
    }

    /// <summary>Lets one change of what a project has follow the other, where its statements alone would not see it.</summary>
    public static Task<long> LockAsync(Session session, string org, string name)
    {
        const string sql = """
            select created_at from projects where org = @org and name = @name /*postgres for no key update */
            """;
        return session.ScalarAsync(sql, new { org, name });
    }

    public static Task<IReadOnlyList<ProjectRow>> ListAsync(Session session, string org)
    {
        const string sql = """
            select org as Org, name as Name, state as State, created_at as CreatedAt
              from projects
             where org = @org
             order by name
             limit 1000
            """;
        return session.QueryAsync<ProjectRow>(sql, new { org });
    }
}
