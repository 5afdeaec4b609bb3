namespace Union.Core.ControlPlane.Triggers;

/// <summary>A trigger as it stands.</summary>
/// <param name="NextAt">When it is due next; null while it is not active, is deleted, or is never due again.</param>
/// <param name="AnchorAt">Where a fixed rate without a start begins to count.</param>
public sealed record TriggerRow(
    long Id, string Org, string Project, string Domain, string Task, string Name, long Revision, long Active,
    long? NextAt, long AnchorAt, long DeployedAt, long UpdatedAt, long? TriggeredAt, long? DeletedAt,
    string DeployedBy, string UpdatedBy);

/// <summary>What made a revision, with the numbers that the flyteidl2 contract gives.</summary>
public enum RevisionAction : long
{
    Unspecified = 0,
    Deploy = 1,
    Activate = 2,
    Deactivate = 3,
    Delete = 4,
}

/// <summary>A trigger as it was made by one change; appended, never changed.</summary>
public sealed record TriggerRevisionRow(
    string Org, long TriggerId, long Revision, RevisionAction Action, long Active, long CreatedAt, string CreatedBy,
    string ClusterId, string TaskVersion, byte[] RunProjection, string RunPrivate, string Labels, string InputUri,
    string InputsHash, string Description, long ScheduleKind, string Cron, string TimeZone, long RateValue,
    long RateUnit, long? RateStart, string KickoffInput)
{
    /// <summary>When the trigger is due.</summary>
    public TriggerSchedule Schedule => TriggerSchedule.Of(this);
}
