using Flyteidl2.Task;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Triggers;
using Union.Host.Api.Triggers;

namespace Union.Host.Tests.Api.Triggers;

public sealed class ScheduleMessagesTests
{
    public static TheoryData<Schedule> Schedules =>
    [
        new Schedule { Cron = new Cron { Expression = "0 6 * * *", Timezone = "Europe/Berlin" }, KickoffTimeInputArg = "trigger_time" },
        new Schedule { Rate = new FixedRate { Value = 90, Unit = FixedRateUnit.Minute } },
        new Schedule
        {
            Rate = new FixedRate
            {
                Value = 1,
                Unit = FixedRateUnit.Day,
                StartTime = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 1_800_000_000 },
            },
        },
    ];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Write_WhatWasRead_IsTheSameMessage(Schedule schedule)
    {
        var message = new TriggerAutomationSpec { Type = TriggerAutomationSpecType.TypeSchedule, Schedule = schedule };

        Assert.Equal(message, ScheduleMessages.Write(ScheduleMessages.Read(message)));
    }

    [Fact]
    public void Read_None_IsNeverDue() =>
        Assert.Equal(ScheduleKind.None, ScheduleMessages.Read(null).Kind);

    [Fact]
    public void Read_ScheduledWithoutSchedule_IsRefused() => Assert.Equal(
        "schedule_missing",
        Assert.Throws<UnionException>(() => ScheduleMessages.Read(
            new TriggerAutomationSpec { Type = TriggerAutomationSpecType.TypeSchedule })).Reason);
}
