using System.Text;
using System.Text.RegularExpressions;
using Union.Core.ComputePlane.Execution;

namespace Union.Providers.Local.Execution;

/// <summary>
/// Every variable of a task, and nothing of ours. The later wins: defaults, the container's, the run's, secrets, what
/// names the attempt, and what the executor itself promises.
/// </summary>
internal static partial class TaskEnvironment
{
    /// <summary>Linux takes no single variable above 128 KiB; all together must leave room for the arguments.</summary>
    private const int MaxBytes = 1 << 20;

    public static IReadOnlyDictionary<string, string> Compose(
        AttemptWork work, TaskPlaces places, IReadOnlyDictionary<string, string> promised, string path)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["LANG"] = "C.UTF-8", ["TZ"] = "UTC" };
        foreach (var pair in work.Spec.TaskTemplate.Container.Env)
        {
            variables[pair.Key] = pair.Value;
        }

        foreach (var (name, value) in work.Environment)
        {
            variables[name] = value;
        }

        foreach (var file in work.SecretFiles.Where(file => file.Variable is not null))
        {
            variables[file.Variable!] = $"{places.Secrets}/{file.Path}";
        }

        foreach (var (name, value) in work.SecretEnvironment)
        {
            variables[name] = Encoding.UTF8.GetString(value.Reveal().Span);
        }

        foreach (var (name, value) in work.Identity.Concat(promised))
        {
            variables[name] = value;
        }

        if (work.SecretFiles.Count > 0)
        {
            // Where the stock SDK looks when its own default is not to be had.
            variables["FLYTE_SECRETS_DEFAULT_DIR"] = places.Secrets!;
        }

        variables["PATH"] = path;
        variables["HOME"] = places.Work;
        variables["TMPDIR"] = places.Temporary;
        Check(variables);
        return variables;
    }

    private static void Check(Dictionary<string, string> variables)
    {
        // No value in a message: it may be a secret.
        var wrong = variables
            .Where(pair => !NamePattern().IsMatch(pair.Key) || pair.Value.Contains('\0', StringComparison.Ordinal))
            .Select(pair => pair.Key).ToList();
        if (wrong.Count > 0 || variables.Sum(pair => (long)pair.Key.Length + pair.Value.Length) > MaxBytes)
        {
            throw AttemptFailure.Invalid(
                "environment_invalid",
                wrong.Count > 0
                    ? $"Variables have a malformed name, or a NUL in their value: {string.Join(", ", wrong)}."
                    : $"The environment has more than {MaxBytes} characters.");
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,254}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

/// <summary>The paths of an attempt as its task sees them.</summary>
internal sealed record TaskPlaces(string Work, string Inputs, string Outputs, string Report, string Temporary)
{
    /// <summary>The folder of secrets that are files; null where there are none.</summary>
    public string? Secrets { get; init; }

    public static TaskPlaces Sandboxed { get; } =
        new("/union/work", "/union/inputs", "/union/outputs", "/union/report/report.html", "/tmp");

    public static TaskPlaces Bare(AttemptFolder folder) =>
        new(folder.Work, folder.Inputs, folder.Outputs, folder.Report, folder.Temporary);
}
