using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;
using Union.Core.ControlPlane.Tasks;

namespace Union.Host.Api.Runs;

/// <summary>What the control plane schedules a task by, read from its spec at the edge.</summary>
internal static class TaskFacts
{
    private const long MaxLimitSeconds = 3650L * 86_400;

    public static NewTask Of(TaskSpec spec, ReadOnlyMemory<byte> projection, string privatePart)
    {
        var template = spec.TaskTemplate ?? new Flyteidl2.Core.TaskTemplate();
        var name = template.Id?.Name ?? "";
        return new NewTask(
            name, template.Id?.Version ?? "", spec.ShortName.Length > 0 ? spec.ShortName : name, template.Type,
            projection, privatePart, (int)Math.Min(template.Metadata?.Retries?.Retries ?? 0, int.MaxValue))
        {
            Environment = spec.Environment?.Name ?? "",
            QueueTimeout = Limit(template.Metadata?.Timeouts?.QueuedTimeout),
            RunTimeout = Limit(template.Metadata?.Timeout),
            Deadline = Limit(template.Metadata?.Timeouts?.Deadline),
            IsEntrypoint = template.Metadata?.IsEntrypoint ?? false,
        };
    }

    // What is no sensible limit is none; the cluster refuses such a task when it reads it.
    private static TimeSpan Limit(Duration? duration) =>
        duration is { Seconds: >= 0 and <= MaxLimitSeconds, Nanos: >= 0 and < 1_000_000_000 } ? duration.ToTimeSpan() : TimeSpan.Zero;

    /// <summary>The objects that the task needs.</summary>
    public static IReadOnlyList<string> References(TaskSpec spec) =>
        spec.TaskTemplate?.Metadata?.CodeBundleUri is { Length: > 0 } bundle ? [bundle] : [];
}
