using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A task as the control plane keeps it: its projection, and the name of the part that it does not have.</summary>
internal sealed record TaskRow(
    long Id, string Org, string Project, string Domain, string Digest, string Name, string Version, string ShortName,
    string TaskType, byte[] Projection, string PrivatePart, long MaxAttempts, long CreatedAt);

internal static class TaskStore
{
    /// <summary>Stores a task once per content; answers the key of its row.</summary>
    public static Task<long> EnsureAsync(Session session, TaskRow task)
    {
        // "do update" of the key to itself makes the existing row come back from "returning".
        const string sql = """
            insert into tasks (org, project, domain, digest, name, version, short_name, task_type, projection,
                               private_part, max_attempts, created_at)
            values (@Org, @Project, @Domain, @Digest, @Name, @Version, @ShortName, @TaskType, @Projection,
                    @PrivatePart, @MaxAttempts, @CreatedAt)
            on conflict (org, project, domain, digest) do update set digest = excluded.digest
            returning id
            """;
        return session.ScalarAsync(sql, task);
    }

    public static Task<TaskRow?> FindAsync(Session session, string org, long id)
    {
        const string sql = """
            select id as Id, org as Org, project as Project, domain as Domain, digest as Digest, name as Name,
                   version as Version, short_name as ShortName, task_type as TaskType, projection as Projection,
                   private_part as PrivatePart, max_attempts as MaxAttempts, created_at as CreatedAt
              from tasks
             where org = @org and id = @id
            """;
        return session.FindAsync<TaskRow>(sql, new { org, id });
    }
}
