using Flyteidl2.Workflow;
using Google.Protobuf.WellKnownTypes;
using Union.Core.ControlPlane.Runs;
using WirePhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Api.Runs;

/// <summary>Runs summed up by task, as messages of the contract.</summary>
internal static class GroupMessages
{
    public static TaskGroup Gone(string taskName) => new() { TaskName = taskName, ShouldDelete = true };

    public static TaskGroup Of(RunGroup group)
    {
        var message = new TaskGroup
        {
            TaskName = group.TaskName,
            ShortName = group.ShortName,
            EnvironmentName = group.Environment,
            TotalRuns = group.Runs,
            LatestRunTime = ActionMessages.Instant(group.LatestAt),
            AverageFailureRate = group.FailureRate,
            AverageDuration = Duration(group.AverageMicros),
            AverageTimeToRunning = Duration(group.AverageMicrosToRunning),
            ErrorCounts = new TaskGroup.Types.ErrorCounts
            {
                UnspecifiedError = group.ErrorKinds.GetValueOrDefault(0),
                UserError = group.ErrorKinds.GetValueOrDefault(1),
                SystemError = group.ErrorKinds.GetValueOrDefault(2),
            },
        };
        if (group.LatestFinishedAt is { } finished)
        {
            message.LatestFinishedTime = ActionMessages.Instant(finished);
        }

        message.RecentStatuses.AddRange(group.Recent.Select(
            run => new TaskGroup.Types.RecentStatus { RunName = run.Name, Phase = (WirePhase)run.Phase }));
        message.CreatedBy.AddRange(group.CreatedBy.Select(ActionMessages.Identity));
        message.PhaseCounts.AddRange(group.Phases.OrderBy(p => p.Key).Select(
            p => new TaskGroup.Types.PhaseCounts { Phase = (WirePhase)p.Key, Count = p.Value }));
        return message;
    }

    private static Duration Duration(long micros) => System.TimeSpan.FromMicroseconds(micros).ToDuration();
}
