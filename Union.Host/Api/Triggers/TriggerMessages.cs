using Flyteidl2.Common;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Runs;
using CoreName = Union.Core.ControlPlane.Triggers.TriggerName;
using WireName = Flyteidl2.Common.TriggerName;

namespace Union.Host.Api.Triggers;

/// <summary>What the control plane stores of triggers, as messages of the contract.</summary>
internal static class TriggerMessages
{
    public static CoreName Name(WireName? name) =>
        new(name?.Project ?? "", name?.Domain ?? "", new(name?.TaskName ?? "", name?.Name ?? ""));

    public static TriggerDetails Details(TriggerDetail detail)
    {
        var (row, revision) = (detail.Trigger, detail.Revision);
        var details = new TriggerDetails
        {
            Id = Identifier(row, revision.Revision),
            Metadata = Metadata(row),
            Status = Status(row),
            AutomationSpec = ScheduleMessages.Write(revision.Schedule),
            Description = revision.Description,
            Spec = new TriggerSpec
            {
                Active = revision.Active == 1,
                TaskVersion = revision.TaskVersion,
                Description = revision.Description,
                RunSpec = RunSpec.Parser.ParseFrom(revision.RunProjection),
            },
        };
        if (revision.InputUri.Length > 0)
        {
            details.Spec.OffloadedInputData = new OffloadedInputData
            {
                Uri = revision.InputUri,
                InputsHash = revision.InputsHash,
            };
        }

        return details;
    }

    public static Trigger Summary(TriggerDetail detail) => new()
    {
        Id = Identifier(detail.Trigger, detail.Trigger.Revision),
        Metadata = Metadata(detail.Trigger),
        Status = Status(detail.Trigger),
        Active = detail.Trigger.Active == 1,
        AutomationSpec = ScheduleMessages.Write(detail.Revision.Schedule),
    };

    public static TriggerRevision Revision(TriggerRow row, TriggerRevisionRow revision) => new()
    {
        Id = Identifier(row, revision.Revision),
        Metadata = Metadata(row),
        Status = Status(row),
        Action = (TriggerRevisionAction)revision.Action,
        CreatedAt = ActionMessages.Instant(revision.CreatedAt),
    };

    private static TriggerIdentifier Identifier(TriggerRow row, long revision) => new()
    {
        Name = new WireName
        {
            Org = row.Org,
            Project = row.Project,
            Domain = row.Domain,
            TaskName = row.Task,
            Name = row.Name,
        },
        Revision = (ulong)revision,
    };

    private static TriggerMetadata Metadata(TriggerRow row) => new()
    {
        DeployedBy = ActionMessages.Identity(row.DeployedBy),
        UpdatedBy = ActionMessages.Identity(row.UpdatedBy),
    };

    private static TriggerStatus Status(TriggerRow row)
    {
        var status = new TriggerStatus
        {
            DeployedAt = ActionMessages.Instant(row.DeployedAt),
            UpdatedAt = ActionMessages.Instant(row.UpdatedAt),
        };
        status.TriggeredAt = row.TriggeredAt is { } triggered ? ActionMessages.Instant(triggered) : null;
        status.DeletedAt = row.DeletedAt is { } deleted ? ActionMessages.Instant(deleted) : null;
        return status;
    }
}
