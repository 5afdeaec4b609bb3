using Flyteidl2.Task;
using Union.Core.ControlPlane.Tasks;

namespace Union.Host.Api.Runs;

/// <summary>What the control plane schedules a task by, read from its spec at the edge.</summary>
internal static class TaskFacts
{
    public static NewTask Of(TaskSpec spec, ReadOnlyMemory<byte> projection, string privatePart)
    {
        var template = spec.TaskTemplate ?? new Flyteidl2.Core.TaskTemplate();
        var name = template.Id?.Name ?? "";
        return new NewTask(
            name, template.Id?.Version ?? "", spec.ShortName.Length > 0 ? spec.ShortName : name, template.Type,
            projection, privatePart, (int)Math.Min(template.Metadata?.Retries?.Retries ?? 0, int.MaxValue))
        {
            Environment = spec.Environment?.Name ?? "",
            IsEntrypoint = template.Metadata?.IsEntrypoint ?? false,
        };
    }

    /// <summary>The objects that the task needs.</summary>
    public static IReadOnlyList<string> References(TaskSpec spec) =>
        spec.TaskTemplate?.Metadata?.CodeBundleUri is { Length: > 0 } bundle ? [bundle] : [];
}
