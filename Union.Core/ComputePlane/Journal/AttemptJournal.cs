using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Execution;
using Union.Core.Storage;

namespace Union.Core.ComputePlane.Journal;

/// <summary>An attempt that this cluster has taken on.</summary>
public sealed record HeldAttempt(AttemptKey Key, Assignment Assignment, bool Ended);

/// <summary>All that is held at one moment, and the newest event at the same moment.</summary>
/// <param name="FirstEvent">The oldest event that is not acknowledged, one above the newest where all are.</param>
public sealed record HeldList(IReadOnlyList<HeldAttempt> Held, long FirstEvent, long LastEvent);

/// <summary>
/// Attempts and their events. What happens is written here, on disk, before it takes effect anywhere else; an event
/// stays until the control plane has acknowledged it.
/// </summary>
public sealed class AttemptJournal(JournalDatabase database, TimeProvider time)
{
    /// <summary>Takes an attempt on together with its first event. False when it was taken on before.</summary>
    public Task<bool> TakeAsync(
        Assignment assignment, byte[] capabilityHash, AttemptEvent first, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                if (await InsertAsync(session, assignment, capabilityHash) == 0)
                {
                    return false;
                }

                await AppendAsync(session, first);
                return true;
            },
            cancellationToken);

    /// <summary>Writes an event; with <paramref name="last"/> the attempt is over.</summary>
    public Task<long> AppendAsync(AttemptEvent e, bool last, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async session =>
            {
                if (last)
                {
                    const string sql = "update attempts set ended = 1 where uid = @AttemptUid";
                    await session.ExecuteAsync(sql, new { e.Ref.AttemptUid });
                }

                return await AppendAsync(session, e);
            },
            cancellationToken);

    public Task<HeldList> HeldAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            const string sql = """
                select uid as Uid, fence as Fence, assignment as Assignment, ended as Ended from attempts order by taken_at
                """;
            var rows = await session.QueryAsync<AttemptRow>(sql, new { });
            var last = await LastSequenceAsync(session);
            const string firstSql = "select coalesce(min(seq), @next) from outbox";
            var first = await session.ScalarAsync(firstSql, new { next = last + 1 });
            return new HeldList([.. rows.Select(row => row.ToHeld())], first, last);
        },
        cancellationToken);

    /// <summary>Whether it was taken on and is not over.</summary>
    public Task<bool> IsOpenAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        const string sql = "select count(*) from attempts where uid = @Uid and ended = 0";
        return database.ReadAsync(async session => await session.ScalarAsync(sql, key) == 1, cancellationToken);
    }

    /// <summary>The attempt that a task's capability belongs to, while it runs.</summary>
    public Task<HeldAttempt?> FindByCapabilityAsync(byte[] capabilityHash, CancellationToken cancellationToken)
    {
        const string sql = """
            select uid as Uid, fence as Fence, assignment as Assignment, ended as Ended
              from attempts
             where capability = @capabilityHash and ended = 0
            """;
        return database.ReadAsync(
            async session => (await session.FindAsync<AttemptRow>(sql, new { capabilityHash }))?.ToHeld(),
            cancellationToken);
    }

    /// <summary>The newest attempt of an action that is still held; 0 asks for any.</summary>
    public Task<HeldAttempt?> FindAsync(ActionId action, int attempt, CancellationToken cancellationToken)
    {
        const string sql = """
            select uid as Uid, fence as Fence, assignment as Assignment, ended as Ended
              from attempts
             where action = @action and (@attempt = 0 or attempt = @attempt)
             order by attempt desc, taken_at desc
             limit 1
            """;
        return database.ReadAsync(
            async session =>
                (await session.FindAsync<AttemptRow>(sql, new { action = action.ToString(), attempt }))?.ToHeld(),
            cancellationToken);
    }

    /// <summary>The oldest events after one that was acknowledged.</summary>
    public Task<IReadOnlyList<AttemptEvent>> PendingAsync(long after, int limit, CancellationToken cancellationToken)
    {
        const string sql = "select event as Event from outbox where seq > @after order by seq limit @limit";
        return database.ReadAsync<IReadOnlyList<AttemptEvent>>(
            async session =>
            {
                var rows = await session.QueryAsync<byte[]>(sql, new { after, limit });
                return [.. rows.Select(AttemptEvent.Parser.ParseFrom)];
            },
            cancellationToken);
    }

    /// <summary>Drops events up to a sequence; answers the attempts of which nothing is left to say.</summary>
    public Task<IReadOnlyList<AttemptKey>> AcknowledgeAsync(long sequence, CancellationToken cancellationToken)
    {
        const string outboxSql = "delete from outbox where seq <= @sequence";
        const string attemptsSql = """
            delete from attempts
             where ended = 1 and not exists (select 1 from outbox where outbox.uid = attempts.uid)
            returning uid as Uid, fence as Fence
            """;
        return database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(outboxSql, new { sequence });
                return await session.QueryAsync<AttemptKey>(attemptsSql, new { });
            },
            cancellationToken);
    }

    /// <summary>Events that are not acknowledged.</summary>
    public Task<long> CountPendingAsync(CancellationToken cancellationToken)
    {
        const string sql = "select count(*) from outbox";
        return database.ReadAsync(session => session.ScalarAsync(sql, new { }), cancellationToken);
    }

    private static Task<long> LastSequenceAsync(Session session)
    {
        const string sql = "select coalesce(max(value), 0) from counters where name = 'event'";
        return session.ScalarAsync(sql, new { });
    }

    private Task<int> InsertAsync(Session session, Assignment assignment, byte[] capabilityHash)
    {
        const string sql = """
            insert into attempts (uid, fence, action, attempt, assignment, capability, ended, taken_at)
            values (@AttemptUid, @Fence, @action, @Attempt, @bytes, @capabilityHash, 0, @now)
            on conflict (uid) do nothing
            """;
        return session.ExecuteAsync(sql, new
        {
            assignment.Ref.AttemptUid,
            assignment.Ref.Fence,
            action = assignment.Id().Action.ToString(),
            Attempt = (long)assignment.Attempt,
            bytes = assignment.ToByteArray(),
            capabilityHash,
            now = time.GetUtcNow().ToMicros(),
        });
    }

    private static async Task<long> AppendAsync(Session session, AttemptEvent e)
    {
        const string counterSql = """
            insert into counters (name, value) values ('event', 1)
            on conflict (name) do update set value = value + 1
            returning value
            """;
        const string sql = "insert into outbox (seq, uid, event) values (@sequence, @AttemptUid, @bytes)";
        var sequence = await session.ScalarAsync(counterSql, new { });
        e.Sequence = (ulong)sequence;
        await session.ExecuteAsync(sql, new { sequence, e.Ref.AttemptUid, bytes = e.ToByteArray() });
        return sequence;
    }

    private sealed record AttemptRow(string Uid, long Fence, byte[] Assignment, long Ended)
    {
        public HeldAttempt ToHeld() => new(
            new AttemptKey(Uid, Fence), Contracts.Cluster.V1.Assignment.Parser.ParseFrom(Assignment), Ended == 1);
    }
}
