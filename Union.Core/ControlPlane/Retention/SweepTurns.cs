using Union.Core.Storage;

namespace Union.Core.ControlPlane.Retention;

/// <summary>How much a pass has forgotten.</summary>
public sealed record Pruned(long Runs, long Actions, long Audit, long Others)
{
    public static Pruned operator +(Pruned one, Pruned other) => new(
        one.Runs + other.Runs, one.Actions + other.Actions, one.Audit + other.Audit, one.Others + other.Others);
}

/// <summary>Replicas take turns: two that delete the same rows would only wait for each other.</summary>
internal static class SweepTurns
{
    private const string Name = "retention";

    public static async Task<bool> TryTakeAsync(Session session, string org, string holder, long now, long till)
    {
        const string sql = """
            insert into sweeps (org, name, holder, held_till, swept_at, runs, actions, audit, others)
            values (@org, @Name, @holder, @till, 0, 0, 0, 0, 0)
            on conflict (name, org) do update set holder = excluded.holder, held_till = excluded.held_till
             where sweeps.org = @org and (sweeps.held_till <= @now or sweeps.holder = excluded.holder)
            """;
        return await session.ExecuteAsync(sql, new { org, Name, holder, now, till }) > 0;
    }

    public static Task<int> AddAsync(Session session, string org, Pruned pruned, long now)
    {
        const string sql = """
            update sweeps
               set swept_at = @now, runs = runs + @Runs, actions = actions + @Actions, audit = audit + @Audit,
                   others = others + @Others
             where org = @org and name = @Name
            """;
        return session.ExecuteAsync(
            sql, new { org, Name, now, pruned.Runs, pruned.Actions, pruned.Audit, pruned.Others });
    }
}
