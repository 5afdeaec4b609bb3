using Flyteidl2.Core;
using Flyteidl2.Workflow;
using Union.Core.Boundary;
using ActionPhase = Flyteidl2.Common.ActionPhase;

namespace Union.Host.Cli;

/// <summary>Phases and times in the words that people and programs read.</summary>
internal static class Phases
{
    public static string NameOf(ActionPhase phase) => phase switch
    {
        ActionPhase.Unspecified => "UNKNOWN",
        ActionPhase.WaitingForResources => "WAITING",
        ActionPhase.TimedOut => "TIMED_OUT",
        _ => phase.ToString().ToUpperInvariant(),
    };

    /// <summary>What caching did; null for a task that is not cached.</summary>
    public static string? NameOf(CatalogCacheStatus status) => status switch
    {
        CatalogCacheStatus.CacheDisabled => null,
        CatalogCacheStatus.CacheMiss => "MISS",
        CatalogCacheStatus.CacheHit => "HIT",
        CatalogCacheStatus.CachePopulated => "POPULATED",
        CatalogCacheStatus.CacheSkipped => "SKIPPED",
        _ => status.ToString().ToUpperInvariant(),
    };

    public static bool IsTerminal(ActionPhase phase) => ((Core.Boundary.ActionPhase)(long)phase).IsTerminal();

    public static bool IsSuccess(ActionPhase phase) => phase is ActionPhase.Succeeded or ActionPhase.Recovered;

    /// <summary>How long an action ran, or has been running.</summary>
    public static TimeSpan? DurationOf(ActionStatus? status, DateTimeOffset now) => status switch
    {
        { HasDurationMs: true } when IsTerminal(status.Phase) => TimeSpan.FromMilliseconds(status.DurationMs),
        { StartTime: { } start, EndTime: { } end } => end.ToDateTimeOffset() - start.ToDateTimeOffset(),
        { StartTime: { } start } when !IsTerminal(status.Phase) => now - start.ToDateTimeOffset(),
        _ => null,
    };

    public static string Show(TimeSpan? duration) => duration switch
    {
        null => "",
        { TotalSeconds: < 60 } d => FormattableString.Invariant($"{Math.Max(0, d.TotalSeconds):0.0}s"),
        { TotalHours: < 1 } d => FormattableString.Invariant($"{d.Minutes}m{d.Seconds:00}s"),
        { } d => FormattableString.Invariant($"{(long)d.TotalHours}h{d.Minutes:00}m"),
    };

    public static string Show(Google.Protobuf.WellKnownTypes.Timestamp? instant) =>
        instant is null ? "" : FormattableString.Invariant($"{instant.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z");
}
