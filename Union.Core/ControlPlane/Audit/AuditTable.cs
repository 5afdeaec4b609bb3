using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Audit;

/// <summary>The audit log of the control plane: appended, never changed.</summary>
internal sealed class AuditTable(MetadataDatabase database) : IAuditLog
{
    public Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync(
            entry.Org,
            async session =>
            {
                await session.BatchLastAsync([Insert(entry)]);
                return true;
            },
            cancellationToken);

    /// <summary>The entry takes the org of the change: an enrolment learns only on its way whose cluster it is.</summary>
    public IAuditedChange Begin(AuditEntry entry) =>
        new Change(database.Accompany((session, org) => session.BatchLastAsync([Insert(entry with { Org = org })])));

    private static Statement Insert(AuditEntry entry)
    {
        const string sql = """
            insert into audit (org, at, actor, action, resource, outcome, request_id)
            values (@Org, @at, @Actor, @Action, @Resource, @Outcome, @RequestId)
            """;
        return new Statement(sql, new
        {
            entry.Org,
            at = entry.At.ToMicros(),
            entry.Actor,
            entry.Action,
            entry.Resource,
            entry.Outcome,
            entry.RequestId,
        });
    }

    private sealed class Change(AccompaniedWrite write) : IAuditedChange
    {
        public bool IsWritten => write.IsWritten;

        public void Dispose() => write.Dispose();
    }
}
