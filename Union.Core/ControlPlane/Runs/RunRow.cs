namespace Union.Core.ControlPlane.Runs;

/// <summary>A run with what a list shows of its root action.</summary>
public sealed record RunRow(
    long Id, string Org, string Project, string Domain, string Name, string ClusterId, byte[] Projection,
    string PrivatePart, string Digest, long Source, long CreatedAt, string CreatedBy, long Change, long StartTime,
    string TaskName, string TaskVersion, string Labels, string TriggerTask, string TriggerName, long TriggerRevision,
    long RecoversRunId, string RerunActions);
