using Cronos;
using FluentValidation;
using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Triggers;

internal sealed class TriggerScheduleValidator : AbstractValidator<TriggerSchedule>
{
    public TriggerScheduleValidator()
    {
        When(s => s.Kind == ScheduleKind.Cron, () =>
        {
            RuleFor(s => s.Cron).Must(c => CronExpression.TryParse(c, out _)).WithMessage(
                "A cron expression has five fields (minute, hour, day, month, weekday), or is a name such as @daily.");
            RuleFor(s => s.TimeZone).Must(z => z.Length == 0 || TimeZoneInfo.TryFindSystemTimeZoneById(z, out _))
                .WithMessage("There is no such time zone; give an IANA name such as Europe/Berlin.");
        });
        When(s => s.Kind == ScheduleKind.FixedRate, () =>
        {
            RuleFor(s => s.RateValue).InclusiveBetween(1, 100_000).WithMessage("A fixed rate is 1 to 100000 units.");
            RuleFor(s => s.RateUnit).Must(u => u is RateUnit.Minute or RateUnit.Hour or RateUnit.Day)
                .WithMessage("A fixed rate counts minutes, hours or days.");
        });
        RuleFor(s => s.KickoffInput).Must(i => i.Length == 0 || Names.IsVariable(i))
            .WithMessage("The kickoff time goes to an input, whose name has letters, digits and underscores.");
    }
}
