using Cronos;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

public enum ScheduleKind : long
{
    /// <summary>Fires only when somebody asks for a run of it.</summary>
    None = 0,
    Cron = 1,
    FixedRate = 2,
}

/// <summary>Units of a fixed rate, with the numbers that the flyteidl2 contract gives them.</summary>
public enum RateUnit : long
{
    None = 0,
    Minute = 1,
    Hour = 2,
    Day = 3,
}

/// <summary>When a trigger is due.</summary>
/// <param name="Cron">Five fields, or a name such as <c>@daily</c>.</param>
/// <param name="TimeZone">IANA name; empty is UTC.</param>
/// <param name="RateStart">Where a fixed rate begins to count; null is when the trigger became active.</param>
/// <param name="KickoffInput">Input that the task itself fills with the instant at which it was due.</param>
public sealed record TriggerSchedule(
    ScheduleKind Kind, string Cron, string TimeZone, long RateValue, RateUnit RateUnit, DateTimeOffset? RateStart,
    string KickoffInput)
{
    public static TriggerSchedule None { get; } = new(ScheduleKind.None, "", "", 0, RateUnit.None, null, "");

    private TimeSpan Interval => RateValue * RateUnit switch
    {
        RateUnit.Minute => TimeSpan.FromMinutes(1),
        RateUnit.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>
    /// The first instant after <paramref name="after"/> at which it is due; null when there is none. Where clocks go
    /// forward, a time that does not exist is due at the first one that does; where they go back, a time that exists
    /// twice is due once, and an interval goes on through both.
    /// </summary>
    /// <param name="anchor">Where a fixed rate without a start begins to count.</param>
    public DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset anchor) => Kind switch
    {
        ScheduleKind.Cron => CronExpression.Parse(Cron).GetNextOccurrence(after, Zone())?.ToUniversalTime(),
        ScheduleKind.FixedRate => NextOfRate(after, RateStart ?? anchor),
        _ => null,
    };

    /// <summary>
    /// The last instant in the span at which it is due. Looks back through growing spans, so that years of minutes cost
    /// no more than an hour of them.
    /// </summary>
    public DateTimeOffset? Last(DateTimeOffset first, DateTimeOffset until, DateTimeOffset anchor)
    {
        for (var span = TimeSpan.FromHours(1); ; span *= 24)
        {
            var from = until - span < first ? first.AddTicks(-1) : until - span;
            DateTimeOffset? last = null;
            for (var next = Next(from, anchor); next <= until; next = Next(next.Value, anchor))
            {
                last = next;
            }

            if (last is not null || from < first)
            {
                return last;
            }
        }
    }

    internal static TriggerSchedule Of(TriggerRevisionRow row) => new(
        (ScheduleKind)row.ScheduleKind, row.Cron, row.TimeZone, row.RateValue, (RateUnit)row.RateUnit,
        row.RateStart?.ToInstant(), row.KickoffInput);

    private DateTimeOffset NextOfRate(DateTimeOffset after, DateTimeOffset start)
    {
        if (after < start && RateStart is not null)
        {
            return start;
        }

        // Counted from the start, never from the last firing: a late one does not shift those that follow.
        var passed = after < start ? 0 : (after - start).Ticks / Interval.Ticks;
        return start + ((passed + 1) * Interval);
    }

    private TimeZoneInfo Zone() => TimeZone.Length == 0 ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
}
