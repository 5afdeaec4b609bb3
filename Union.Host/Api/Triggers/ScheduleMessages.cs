using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Triggers;

namespace Union.Host.Api.Triggers;

/// <summary>Schedules of the contract and of the core, one as the other.</summary>
internal static class ScheduleMessages
{
    public static TriggerSchedule Read(TriggerAutomationSpec? automation)
    {
        if (automation?.Type is null or TriggerAutomationSpecType.TypeUnspecified or TriggerAutomationSpecType.TypeNone)
        {
            return TriggerSchedule.None;
        }

        var schedule = automation.Schedule ?? new Schedule();
        var kickoff = schedule.KickoffTimeInputArg;
        return schedule.ExpressionCase switch
        {
            Schedule.ExpressionOneofCase.Cron =>
                OfCron(schedule.Cron.Expression, schedule.Cron.Timezone, kickoff),
#pragma warning disable CS0612 // The older form, which has no time zone; clients still send it.
            Schedule.ExpressionOneofCase.CronExpression => OfCron(schedule.CronExpression, "", kickoff),
#pragma warning restore CS0612
            Schedule.ExpressionOneofCase.Rate => new TriggerSchedule(
                ScheduleKind.FixedRate, "", "", schedule.Rate.Value, (RateUnit)schedule.Rate.Unit,
                schedule.Rate.StartTime?.ToDateTimeOffset(), kickoff),
            _ => throw new UnionException(
                ErrorCode.InvalidArgument, "schedule_missing", "The trigger is scheduled and names no schedule.",
                "Pass one of schedule.cron and schedule.rate."),
        };
    }

    public static TriggerAutomationSpec Write(TriggerSchedule schedule)
    {
        if (schedule.Kind == ScheduleKind.None)
        {
            return new TriggerAutomationSpec { Type = TriggerAutomationSpecType.TypeNone };
        }

        var message = new Schedule { KickoffTimeInputArg = schedule.KickoffInput };
        if (schedule.Kind == ScheduleKind.Cron)
        {
            message.Cron = new Cron { Expression = schedule.Cron, Timezone = schedule.TimeZone };
        }
        else
        {
            message.Rate = new FixedRate { Value = (uint)schedule.RateValue, Unit = (FixedRateUnit)schedule.RateUnit };
            message.Rate.StartTime = schedule.RateStart is { } start ? Timestamp.FromDateTimeOffset(start) : null;
        }

        return new TriggerAutomationSpec { Type = TriggerAutomationSpecType.TypeSchedule, Schedule = message };
    }

    private static TriggerSchedule OfCron(string expression, string timeZone, string kickoff) =>
        new(ScheduleKind.Cron, expression, timeZone, 0, RateUnit.None, null, kickoff);
}
