using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Runs;

/// <summary>One transition of an action, as it is shown.</summary>
public sealed record PhaseEventRow(long Seq, long Attempt, ActionPhase Phase, long At);

/// <summary>The history of every action: appended, never changed.</summary>
internal static class PhaseEventStore
{
    public static Statement Append(string org, long actionId, long attempt, ActionPhase phase, long at, long now)
    {
        const string sql = """
            insert into phase_events (org, action_id, seq, attempt, phase, at, recorded_at)
            select @org, @actionId, coalesce(max(seq), 0) + 1, @attempt, @phase, @at, @now
              from phase_events
             where org = @org and action_id = @actionId
            """;
        return new Statement(sql, new { org, actionId, attempt, phase, at, now });
    }

    /// <summary>The first event of an action that the same transaction has put into its run.</summary>
    public static Statement Begin(NewAction action)
    {
        const string sql = """
            insert into phase_events (org, action_id, seq, attempt, phase, at, recorded_at)
            select org, id, 1, 1, 1, @Now, @Now from actions where org = @Org and run_id = @RunId and name = @Name
            """;
        return new Statement(sql, action);
    }

    /// <summary>
    /// The first events of the actions that the same transaction has put into a run as its last changes. Their order names
    /// the index: another would read the whole run.
    /// </summary>
    public static Statement BeginAll(string org, long runId, long count, long now)
    {
        const string sql = """
            insert into phase_events (org, action_id, seq, attempt, phase, at, recorded_at)
            select a.org, a.id, 1, 1, 1, @now, @now
              from actions a
             where a.org = @org and a.run_id = @runId and a.change > 0
               and a.change > (select r.change from runs r where r.org = @org and r.id = @runId) - @count
             order by a.change
             limit @count
            """;
        return new Statement(sql, new { org, runId, count, now });
    }

    public static Query<PhaseEventRow> OfAction(string org, long actionId)
    {
        const string sql = """
            select seq as Seq, attempt as Attempt, phase as Phase, at as At
              from phase_events
             where org = @org and action_id = @actionId
             order by seq
             limit 1000
            """;
        return new Query<PhaseEventRow>(sql, new { org, actionId });
    }
}
