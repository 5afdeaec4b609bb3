using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>
/// What fired when: one row for each trigger and instant, so that no two replicas fire the same. It is written in the
/// transaction that starts the run.
/// </summary>
internal static class FiringStore
{
    /// <summary>False when somebody else has it.</summary>
    public static async Task<bool> TryClaimAsync(
        Session session, TriggerRow trigger, long scheduledAt, long firedAt)
    {
        const string sql = """
            insert into trigger_firings (org, trigger_id, scheduled_at, revision, fired_at, outcome)
            values (@Org, @Id, @scheduledAt, @Revision, @firedAt, 'ok')
            on conflict (org, trigger_id, scheduled_at) do nothing
            """;
        return await session.ExecuteAsync(
            sql, new { trigger.Org, trigger.Id, trigger.Revision, scheduledAt, firedAt }) == 1;
    }

    public static Task RefusedAsync(Session session, TriggerRow trigger, long scheduledAt, string reason)
    {
        const string sql = """
            update trigger_firings set outcome = @reason
             where org = @Org and trigger_id = @Id and scheduled_at = @scheduledAt
            """;
        return session.ExecuteAsync(sql, new { trigger.Org, trigger.Id, scheduledAt, reason });
    }

    /// <summary>Forgets what is so old that nobody can fire it again.</summary>
    public static Task ForgetAsync(Session session, TriggerRow trigger, long before)
    {
        const string sql = """
            delete from trigger_firings where org = @Org and trigger_id = @Id and scheduled_at < @before
            """;
        return session.ExecuteAsync(sql, new { trigger.Org, trigger.Id, before });
    }
}
