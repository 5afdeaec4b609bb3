using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>Which instants of a trigger that is due fire now, and when it is due next.</summary>
/// <param name="Fire">Oldest first.</param>
internal sealed record FiringPlan(IReadOnlyList<DateTimeOffset> Fire, DateTimeOffset? Next)
{
    public static FiringPlan Of(
        TriggerSchedule schedule, TriggerRow trigger, DateTimeOffset now, TriggerOptions options)
    {
        var (due, anchor) = (trigger.NextAt!.Value.ToInstant(), trigger.AnchorAt.ToInstant());
        return options.CatchUp == CatchUp.All
            ? Each(schedule, due, anchor, now, options.MaxAtOnce)
            : Latest(schedule, due, anchor, now, options.CatchUp == CatchUp.Skip ? options.Grace : TimeSpan.MaxValue);
    }

    private static FiringPlan Each(
        TriggerSchedule schedule, DateTimeOffset due, DateTimeOffset anchor, DateTimeOffset now, int most)
    {
        var fire = new List<DateTimeOffset>();
        DateTimeOffset? next = due;
        while (next <= now && fire.Count < most)
        {
            fire.Add(next.Value);
            next = schedule.Next(next.Value, anchor);
        }

        return new FiringPlan(fire, next);
    }

    private static FiringPlan Latest(
        TriggerSchedule schedule, DateTimeOffset due, DateTimeOffset anchor, DateTimeOffset now, TimeSpan late)
    {
        var last = schedule.Last(due, now, anchor);
        return new FiringPlan(last is { } at && now - at <= late ? [at] : [], schedule.Next(now, anchor));
    }
}
