using System.Globalization;
using System.Text.RegularExpressions;

namespace Union.Testing;

/// <summary>What <c>/metrics</c> answered, taken apart far enough to hold its labels to a list.</summary>
public sealed partial class MetricsText(string text)
{
    /// <summary>Every label that may be there. Whoever adds one says here that it never holds what a customer wrote.</summary>
    private static readonly HashSet<string> Labels =
    [
        "use_case", "outcome", "phase", "state", "direction", "verb", "http_route", "http_response_status_code",
        "le", "otel_scope_name", "otel_scope_version", "gc_heap_generation", "cpu_mode", "error_type", "service_name",
        "service_version", "telemetry_sdk_language", "telemetry_sdk_name", "telemetry_sdk_version",
    ];

    public string Text => text;

    public IReadOnlyList<string> Series =>
        [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    /// <summary>Labels that nobody named, and values of another shape than words, routes and numbers have.</summary>
    public IReadOnlyList<string> Suspicious =>
    [
        .. Series.SelectMany(line => Label().Matches(line)).Select(label => (Name: label.Groups["name"].Value, Value: label.Groups["value"].Value))
            .Where(label => !Labels.Contains(label.Name) || !Word().IsMatch(label.Value))
            .Select(label => $"{label.Name}={label.Value}").Distinct(),
    ];

    /// <summary>The sum of all series of a metric whose labels contain <paramref name="having"/>.</summary>
    public double Sum(string metric, string having = "") => Series.Select(line => Sample().Match(line))
        .Where(sample => sample.Groups["name"].Value == metric
            && sample.Groups["labels"].Value.Contains(having, StringComparison.Ordinal))
        .Sum(sample => double.Parse(sample.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));

    // A route may have braces of its own.
    [GeneratedRegex("^(?<name>[a-z0-9_]+)(?:{(?<labels>.*)})? (?<value>\\S+)")]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();

    [GeneratedRegex("^[A-Za-z0-9_.{}/*+-]{0,120}$")]
    private static partial Regex Word();
}
