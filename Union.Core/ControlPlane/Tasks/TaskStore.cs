using Union.Core.Storage;

namespace Union.Core.ControlPlane.Tasks;

/// <summary>A task as the control plane keeps it: its projection, and the name of the part that it does not have.</summary>
internal sealed record TaskRow(
    long Id, string Org, string Project, string Domain, string Digest, string Name, string Version, string ShortName,
    string TaskType, byte[] Projection, string PrivatePart, long MaxAttempts, long CreatedAt, string Environment,
    long IsEntrypoint, long QueueTimeout, long RunTimeout, long Deadline)
{
    /// <summary>The task as the edge once handed it over: what runs of a deployed task are made from.</summary>
    public NewTask ToNewTask() => new(
        Name, Version, ShortName, TaskType, Projection, PrivatePart, (int)MaxAttempts - 1)
    {
        Environment = Environment,
        IsEntrypoint = IsEntrypoint != 0,
        QueueTimeout = TimeSpan.FromMicroseconds(QueueTimeout),
        RunTimeout = TimeSpan.FromMicroseconds(RunTimeout),
        Deadline = TimeSpan.FromMicroseconds(Deadline),
    };
}

/// <summary>What an action shows of its task.</summary>
internal sealed record TaskFacts(
    long Id, string Project, string Domain, string Digest, string Name, string Version, string ShortName, string TaskType,
    long MaxAttempts, string Environment);

internal static class TaskStore
{
    private const string Columns = """
        select id as Id, org as Org, project as Project, domain as Domain, digest as Digest, name as Name,
               version as Version, short_name as ShortName, task_type as TaskType, projection as Projection,
               private_part as PrivatePart, max_attempts as MaxAttempts, created_at as CreatedAt,
               environment as Environment, is_entrypoint as IsEntrypoint,
               queue_timeout as QueueTimeout, run_timeout as RunTimeout, deadline as Deadline
          from tasks
        """;

    /// <summary>
    /// The key of a task, in the project and domain of the run that an attempt belongs to. It stays until the transaction
    /// ends: retention forgets what nothing refers to.
    /// </summary>
    public static Query<long> FindBeside(string org, string uid, string digest)
    {
        const string sql = """
            select t.id
              from tasks t
             where t.org = @org and t.digest = @digest and t.digest <> ''
               and (t.project, t.domain) = (select r.project, r.domain
                                              from attempts y
                                              join actions x on x.id = y.action_id and x.org = y.org
                                              join runs r on r.id = x.run_id and r.org = y.org
                                             where y.org = @org and y.uid = @uid)
            /*postgres for key share of t */
            """;
        return new Query<long>(sql, new { org, uid, digest });
    }

    /// <summary>
    /// The tasks of these contents, in whatever project and domain: as a rule one each. They stay until the transaction ends.
    /// </summary>
    public static Query<TaskFacts> WithDigests(string org, string[] digests)
    {
        const string sql = """
            select t.id as Id, t.project as Project, t.domain as Domain, t.digest as Digest, t.name as Name,
                   t.version as Version, t.short_name as ShortName, t.task_type as TaskType,
                   t.max_attempts as MaxAttempts, t.environment as Environment
              from tasks t
             where t.org = @org and t.digest in @digests and t.digest <> ''
             limit 1000
            /*postgres for key share of t */
            """;
        return new Query<TaskFacts>(sql, new { org, digests });
    }

    /// <summary>Stores a task once per content; answers the key of its row, which stays until the transaction ends.</summary>
    public static async Task<long> EnsureAsync(Session session, TaskRow task)
    {
        // Nearly always it is there, and looking is cheaper than an insert that runs into the constraint.
        const string findSql = """
            select id
              from tasks
             where org = @Org and project = @Project and domain = @Domain and digest = @Digest and digest <> ''
            /*postgres for key share */
            """;
        if (await session.ScalarAsync(findSql, task) is var known and not 0)
        {
            return known;
        }

        const string insertSql = """
            insert into tasks (org, project, domain, digest, name, version, short_name, task_type, projection,
                               private_part, max_attempts, created_at, environment, is_entrypoint, queue_timeout, run_timeout,
                               deadline)
            values (@Org, @Project, @Domain, @Digest, @Name, @Version, @ShortName, @TaskType, @Projection,
                    @PrivatePart, @MaxAttempts, @CreatedAt, @Environment, @IsEntrypoint, @QueueTimeout, @RunTimeout,
                    @Deadline)
            on conflict (org, project, domain, digest) where digest <> '' do nothing
            returning id
            """;
        var inserted = await session.ScalarAsync(insertSql, task);
        return inserted != 0 ? inserted : await session.ScalarAsync(findSql, task);
    }

    public static Query<TaskRow> Find(string org, long id)
    {
        const string sql = Columns + """

             where org = @org and id = @id
            """;
        return new Query<TaskRow>(sql, new { org, id });
    }

    public static Task<TaskRow?> FindAsync(Session session, string org, long id)
    {
        const string sql = Columns + """

             where org = @org and id = @id
            """;
        return session.FindAsync<TaskRow>(sql, new { org, id });
    }

    public static Query<TaskRow> List(string org, long[] ids)
    {
        const string sql = Columns + """

             where org = @org and id in @ids
            """;
        return new Query<TaskRow>(sql, new { org, ids });
    }
}
