using Union.Core.Storage;

namespace Union.Core.ControlPlane.Projects;

/// <param name="State">0 active, 1 archived, as the flyteidl2 contract numbers them.</param>
public sealed record ProjectRow(
    string Org, string Name, long State, long CreatedAt, string Title, string Description, string Labels);

internal static class ProjectStore
{
    /// <summary>Every org of the installation; only in its own scope.</summary>
    public static Task<IReadOnlyList<string>> OrgsAsync(Session session)
    {
        const string sql = "select distinct org from projects order by org";
        return session.QueryAsync<string>(sql, new { });
    }

    private const string Columns = """
        select org as Org, name as Name, state as State, created_at as CreatedAt, title as Title,
               description as Description, labels as Labels
          from projects
        """ + "\n";

    public static Task EnsureAsync(Session session, string org, string name, DateTimeOffset now) =>
        TryInsertAsync(session, new ProjectRow(org, name, 0, now.ToMicros(), name, "", ""));

    /// <summary>False when there is one of this name.</summary>
    public static async Task<bool> TryInsertAsync(Session session, ProjectRow project)
    {
        const string sql = """
            insert into projects (org, name, state, created_at, title, description, labels)
            values (@Org, @Name, @State, @CreatedAt, @Title, @Description, @Labels)
            on conflict do nothing
            """;
        return await session.ExecuteAsync(sql, project) == 1;
    }

    public static Task UpdateAsync(Session session, ProjectRow project)
    {
        const string sql = """
            update projects
               set state = @State, title = @Title, description = @Description, labels = @Labels
             where org = @Org and name = @Name
            """;
        return session.ExecuteAsync(sql, project);
    }

    public static Task<ProjectRow?> FindAsync(Session session, string org, string name)
    {
        const string sql = Columns + """
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
        const string sql = Columns + """
             where org = @org
             order by name
             limit 10000
            """;
        return session.QueryAsync<ProjectRow>(sql, new { org });
    }
}
