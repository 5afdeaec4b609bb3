namespace Union.Core.Pipeline;

/// <summary>Where audited requests are written: a table of the control plane, the journal of a cluster.</summary>
public interface IAuditLog
{
    Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an entry together with the change that follows in this flow, so that neither is there without the other.
    /// Null where changes are made in a place that knows no such thing: then the entry is written after them.
    /// </summary>
    IAuditedChange? Begin(AuditEntry entry) => null;
}

/// <summary>A change that is being made; disposed when it is over, made or not.</summary>
public interface IAuditedChange : IDisposable
{
    /// <summary>Change and entry are committed.</summary>
    bool IsWritten { get; }
}

/// <param name="Outcome"><c>ok</c>, or the reason word of the refusal.</param>
public sealed record AuditEntry(
    string Org, DateTimeOffset At, string Actor, string Action, string Resource, string Outcome, string RequestId);
