using System.CommandLine;
using Flyteidl2.Task;
using Union.Core.Authoring;

namespace Union.Host.Cli.Triggers;

/// <summary>The options that say when a trigger is due.</summary>
internal sealed class ScheduleOptions
{
    private readonly Option<string?> _cron = new("--cron")
    {
        Description = "Minute, hour, day, month and weekday, or a name such as @daily.",
        HelpName = "EXPRESSION",
    };

    private readonly Option<string> _timeZone = new("--time-zone")
    {
        Description = "Time zone of --cron, such as Europe/Berlin. Default: UTC.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string?> _every = new("--every")
    {
        Description = "Distance between two runs: 15m, 6h, 1d.",
        HelpName = "DURATION",
    };

    public void AddTo(Command command)
    {
        command.Add(_cron);
        command.Add(_timeZone);
        command.Add(_every);
    }

    public TriggerAutomationSpec Read(ParseResult parsed)
    {
        var schedule = (parsed.GetValue(_cron), parsed.GetValue(_every)) switch
        {
            ({ } cron, null) => new Schedule
            {
                Cron = new Cron { Expression = cron, Timezone = parsed.GetValue(_timeZone) },
            },
            (null, { } every) => new Schedule { Rate = Rate(every) },
            _ => throw new CliError(
                ExitCode.WrongUsage, "Say when it is due, with one of --cron and --every.",
                "union trigger create TASK NAME --cron '0 2 * * *'"),
        };
        return new TriggerAutomationSpec { Type = TriggerAutomationSpecType.TypeSchedule, Schedule = schedule };
    }

    private static FixedRate Rate(string text)
    {
        if (!Durations.TryParse(text, out var duration) || duration < TimeSpan.FromMinutes(1)
            || duration.Ticks % TimeSpan.TicksPerMinute != 0)
        {
            throw new CliError(ExitCode.WrongUsage, "--every is a number of whole minutes, hours or days, such as 15m.");
        }

        // In the largest unit that holds it, as people wrote it.
        return (duration.TotalDays % 1, duration.TotalHours % 1) switch
        {
            (0, _) => new FixedRate { Value = (uint)duration.TotalDays, Unit = FixedRateUnit.Day },
            (_, 0) => new FixedRate { Value = (uint)duration.TotalHours, Unit = FixedRateUnit.Hour },
            _ => new FixedRate { Value = (uint)duration.TotalMinutes, Unit = FixedRateUnit.Minute },
        };
    }
}
