using System.Globalization;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Authoring;

namespace Union.Providers.Local.Execution;

/// <summary>What an attempt may use.</summary>
internal sealed record TaskLimits(TimeSpan Timeout, long Memory, double Cpu)
{
    private const long MaxTimeoutSeconds = 365 * 86_400;

    public static TaskLimits Of(TaskSpec spec, ProcessExecutorOptions options)
    {
        var template = spec.TaskTemplate;
        var timeout = template.Metadata?.Timeout is { } named ? Parse(named) : TimeSpan.Zero;
        var memory = Find(template.Container.Resources, Resources.Types.ResourceName.Memory);
        var cpu = Find(template.Container.Resources, Resources.Types.ResourceName.Cpu);
        return new TaskLimits(
            timeout > TimeSpan.Zero ? timeout : options.DefaultTimeout,
            memory is null ? options.DefaultMemory : (long)Parse("memory", memory, TryParseMemory),
            cpu is null ? options.DefaultCpu : Parse("cpu", cpu, TryParseCpu));
    }

    private static TimeSpan Parse(Duration duration) =>
        duration is { Seconds: >= 0 and <= MaxTimeoutSeconds, Nanos: >= 0 and < 1_000_000_000 }
            ? duration.ToTimeSpan()
            : throw AttemptFailure.Invalid("timeout_invalid", "The timeout must be 0 s (the default) to 365 days.");

    /// <summary>The limit where there is one; a task that only says what it requests gets that.</summary>
    private static string? Find(Resources? resources, Resources.Types.ResourceName name) =>
        resources?.Limits.Concat(resources.Requests).FirstOrDefault(entry => entry.Name == name)?.Value;

    private delegate bool TryParse(string text, out double value);

    private static double Parse(string name, string text, TryParse parse) =>
        parse(text, out var value) && value > 0
            ? value
            : throw AttemptFailure.Invalid("resources_invalid", $"The {name} '{text}' is not an amount such as 500m or 64Mi.");

    private static bool TryParseCpu(string text, out double cores)
    {
        var milli = text.EndsWith('m');
        var parsed = TryParseNumber(milli ? text.AsSpan()[..^1] : text, out cores) && cores <= 1024 * (milli ? 1000 : 1);
        cores = milli ? cores / 1000 : cores;
        return parsed;
    }

    // Kubernetes' decimal suffixes beside our own binary ones: contract messages of other clients have both.
    private static bool TryParseMemory(string text, out double bytes)
    {
        if (ByteSizes.TryParse(text, out var whole))
        {
            bytes = whole;
            return true;
        }

        var factor = text.LastOrDefault() switch { 'k' => 1e3, 'M' => 1e6, 'G' => 1e9, 'T' => 1e12, _ => 0 };
        bytes = 0;
        if (factor == 0 || !TryParseNumber(text.AsSpan()[..^1], out bytes))
        {
            return false;
        }

        bytes *= factor;
        return bytes < 1e18;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
