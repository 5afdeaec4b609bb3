using System.Globalization;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Flyteidl2.Workflow;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Runs;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Storage;
using Union.Host.Api.Triggers;
using WireMetadata = Flyteidl2.Workflow.ActionMetadata;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Api.Runs;

/// <summary>What the control plane stores of actions, as messages of the contract.</summary>
internal static class ActionMessages
{
    public static Run Run(ActionRow root)
    {
        var run = new Run { Action = Action(root) };
        foreach (var (key, value) in LabelText.Read(root.RunLabels))
        {
            run.Labels.Add(key, value);
        }

        return run;
    }

    public static Flyteidl2.Workflow.Action Action(ActionRow row) => new()
    {
        Id = Identifier(row),
        Metadata = Metadata(row),
        Status = Status(row),
    };

    public static EnrichedAction Enriched(WatchedAction watched)
    {
        var enriched = new EnrichedAction { Action = Action(watched.Action), MeetsFilter = watched.MeetsFilters };
        foreach (var (phase, count) in watched.Children)
        {
            enriched.ChildrenPhaseCounts.Add((int)phase, count);
        }

        return enriched;
    }

    /// <summary>Without what describes a task or a condition: that is kept encoded, and stays so.</summary>
    /// <param name="fired">Of a run that a trigger made: by which schedule.</param>
    public static ActionDetails Details(ActionDetail detail, TriggerSchedule? fired, string clusterName)
    {
        var row = detail.Action;
        var details = new ActionDetails
        {
            Id = Identifier(row),
            Metadata = Metadata(row),
            Status = Status(row),
        };
        details.Metadata.TriggerType = fired is null ? null : ScheduleMessages.Write(fired);
        details.Metadata.Relation = RelationOf(detail);
        if (row.Kind == ActionKind.Trace)
        {
            details.Trace = TraceAction.Parser.ParseFrom(detail.TaskProjection.Span).Spec ?? new TraceSpec();
        }

        if (row.SignalledBy.Length > 0)
        {
            // The value itself is spliced in behind this message.
            details.SignalInfo = new SignalInfo { SignalledBy = Identity(row.SignalledBy) };
        }
        else if (row.Phase == Core.Boundary.ActionPhase.Aborted)
        {
            details.AbortInfo = new AbortInfo { Reason = row.AbortReason, AbortedBy = Identity(row.AbortedBy) };
        }
        else if (row.ErrorCode.Length > 0)
        {
            details.ErrorInfo = Error(row.ErrorCode, row.ErrorKind, row.ErrorPrivate, clusterName);
        }

        details.Attempts.AddRange(detail.Attempts.Where(a => a.ConfirmedAt is not null)
            .Select(attempt => Attempt(attempt, row, detail.Events, clusterName)));
        return details;
    }

    /// <summary>Where an attempt ran and when. Which pods it had is known where its logs are: in the cluster.</summary>
    public static GetActionLogContextResponse LogContext(ActionDetail detail, uint number)
    {
        var attempt = detail.Attempts.LastOrDefault(a => a.Attempt == number && a.StartedAt is not null)
            ?? throw new UnionException(
                ErrorCode.NotFound, "attempt_unknown", $"Attempt {number} of action {detail.Action.Name} has not started.",
                $"'union get actions {detail.Action.Run}' shows how many there are.");
        var response = new GetActionLogContextResponse
        {
            LogContext = new LogContext(),
            Cluster = attempt.ClusterId,
            StartTime = Instant(attempt.StartedAt!.Value),
        };
        if (attempt.EndedAt is { } ended)
        {
            response.EndTime = Instant(ended);
        }

        return response;
    }

    public static Timestamp Instant(long micros) => Timestamp.FromDateTimeOffset(micros.ToInstant());

    // What a run was made from is said of the run, and so of its root.
    private static Relation? RelationOf(ActionDetail detail)
    {
        if (detail.Action.Parent is not null || detail.Run.Projection.Length == 0)
        {
            return null;
        }

        var spec = RunSpec.Parser.ParseFrom(detail.Run.Projection);
        return spec.Relation ?? (spec.RelatedTo is { } run ? new Relation { RelatedTo = run } : null);
    }

    private static ActionIdentifier Identifier(ActionRow row) => new()
    {
        Run = new RunIdentifier { Org = row.Org, Project = row.Project, Domain = row.Domain, Name = row.Run },
        Name = row.Name,
    };

    private static WireMetadata Metadata(ActionRow row)
    {
        var metadata = Common(row);
        switch (row.Kind)
        {
            case ActionKind.Trace:
                metadata.Trace = new TraceActionMetadata { Name = row.TaskName };
                break;
            case ActionKind.Condition:
                metadata.Condition = new ConditionActionMetadata { Name = row.TaskName };
                break;
            default:
                metadata.Task = OfTask(row);
                break;
        }

        if (row.RecoveredFrom.Length > 0)
        {
            metadata.RecoveredFrom = Identifier(row with { Run = row.RecoveredFrom });
        }

        if (row.TriggerName.Length > 0)
        {
            metadata.TriggerName = row.TriggerName;
            metadata.TriggerId = new TriggerIdentifier
            {
                Name = new Flyteidl2.Common.TriggerName
                {
                    Org = row.Org,
                    Project = row.Project,
                    Domain = row.Domain,
                    TaskName = row.TriggerTask,
                    Name = row.TriggerName,
                },
                Revision = (ulong)row.TriggerRevision,
            };
        }

        return metadata;
    }

    private static WireMetadata Common(ActionRow row) => new()
    {
        Source = (RunSource)row.RunSource,
        EnvironmentName = row.TaskEnvironment,
        Parent = row.Parent ?? "",
        Group = row.GroupName,
        ExecutedBy = Identity(row.CreatedBy),
        ActionType = (ActionType)row.Kind,
        FuntionName = row.TaskShortName,
    };

    private static TaskActionMetadata OfTask(ActionRow row) => new()
    {
        Id = new TaskIdentifier
        {
            Org = row.Org,
            Project = row.Project,
            Domain = row.Domain,
            Name = row.TaskName,
            Version = row.TaskVersion,
        },
        TaskType = row.TaskType,
        ShortName = row.TaskShortName,
    };

    private static ActionStatus Status(ActionRow row)
    {
        var status = new ActionStatus
        {
            Phase = (WirePhase)row.Phase,
            StartTime = Instant(row.StartedAt ?? row.CreatedAt),
            Attempts = (uint)row.Attempt,
            CacheStatus = (CatalogCacheStatus)row.CacheStatus,
        };
        if (row.EndedAt is { } ended)
        {
            status.EndTime = Instant(ended);
            status.DurationMs = (ulong)Math.Max(0, (ended - (row.StartedAt ?? row.CreatedAt)) / 1000);
        }

        return status;
    }

    private static ActionAttempt Attempt(
        AttemptRow row, ActionRow action, IReadOnlyList<PhaseEventRow> events, string clusterName)
    {
        var attempt = new ActionAttempt
        {
            Phase = (WirePhase)row.Phase,
            StartTime = Instant(row.StartedAt ?? row.AssignedAt),
            Attempt = (uint)row.Attempt,
            LogsAvailable = row.StartedAt is not null,
            Cluster = clusterName,
            Outputs = new OutputReferences { OutputUri = row.OutputUri, ReportUri = row.ReportUri },
            CacheStatus = (CatalogCacheStatus)(row.Attempt == action.Attempt ? action.CacheStatus : 0),
        };
        if (row.Attempt == action.Attempt && action.CacheSource.Split('/') is [var run, var name, var number])
        {
            attempt.CacheMetadata = new CacheMetadata
            {
                SourceActionAttempt = new ActionAttemptIdentifier
                {
                    ActionId = Identifier(action with { Run = run, Name = name }),
                    Attempt = uint.Parse(number, CultureInfo.InvariantCulture),
                },
            };
        }

        if (row.EndedAt is { } ended)
        {
            attempt.EndTime = Instant(ended);
        }

        if (row.ErrorCode.Length > 0)
        {
            attempt.ErrorInfo = Error(row.ErrorCode, row.ErrorKind, row.ErrorPrivate, clusterName);
        }

        attempt.PhaseTransitions.AddRange(events.Where(e => e.Attempt == row.Attempt)
            .Select(e => new PhaseTransition { Phase = (WirePhase)e.Phase, StartTime = Instant(e.At) }));
        return attempt;
    }

    // The text itself is spliced in behind this message, and then wins; without it a reader learns where it is.
    private static ErrorInfo Error(string code, long kind, string text, string clusterName) => new()
    {
        Kind = (ErrorInfo.Types.Kind)kind,
        Message = $"{code}: {(text.Length > 0 ? $"the text is kept by cluster {clusterName}." : OwnWords(code, clusterName))}",
    };

    // What the control plane itself decided, and what a cluster told without a text.
    private static string OwnWords(string code, string clusterName) => code switch
    {
        "queue_timed_out" =>
            $"it waited in its queue for longer than its queue time-out allows; cluster {clusterName} had no place for it.",
        "timed_out" => $"it ran for longer than its time-out allows, and cluster {clusterName} did not end it.",
        "deadline_passed" => "it was not over by its deadline, which counts from when it was wanted.",
        "condition_timed_out" => "nobody answered it in time.",
        "lost" => $"cluster {clusterName} does not hold the attempt any more, and no further one is left.",
        _ => $"cluster {clusterName} kept no text.",
    };

    public static EnrichedIdentity Identity(string subject) =>
        new() { User = new Flyteidl2.Common.User { Id = new UserIdentifier { Subject = subject } } };
}
