namespace Union.Core.Pipeline;

/// <summary>Where audited requests are written: a table of the control plane, the journal of a cluster.</summary>
public interface IAuditLog
{
    Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken);
}

/// <param name="Outcome"><c>ok</c>, or the reason word of the refusal.</param>
public sealed record AuditEntry(
    string Org, DateTimeOffset At, string Actor, string Action, string Resource, string Outcome, string RequestId);
