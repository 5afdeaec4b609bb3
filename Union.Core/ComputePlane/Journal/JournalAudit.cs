using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ComputePlane.Journal;

/// <summary>The cluster's own record of who did what to its data: evidence that the control plane cannot edit.</summary>
public sealed class JournalAudit(JournalDatabase database) : IAuditLog
{
    public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync(session => InsertAsync(session, entry), cancellationToken);

    private static Task<int> InsertAsync(Session session, AuditEntry entry)
    {
        const string sql = """
            insert into audit (at, actor, action, resource, outcome, request_id)
            values (@at, @Actor, @Action, @Resource, @Outcome, @RequestId)
            """;
        return session.ExecuteAsync(sql, new
        {
            at = entry.At.ToMicros(),
            entry.Actor,
            entry.Action,
            entry.Resource,
            entry.Outcome,
            entry.RequestId,
        });
    }
}
