namespace Union.Core.ControlPlane.Clusters;

/// <summary>One enrolled compute plane.</summary>
public sealed record ClusterRow(
    string Org, string Id, string Name, long CreatedAt, long? LastSeenAt, string? Session, long AckedEvent,
    string BinaryVersion, string Sandbox, long Parallel, long CertificateExpiresAt, long? RevokedAt);
