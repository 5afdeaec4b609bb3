using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;

namespace Union.Host.Configuration;

/// <summary>
/// Reads the common shapes of values and remembers each as an effective one. An absent key is remembered with the
/// default, so the list is complete.
/// </summary>
internal sealed class ConfigurationReader(ProcessEnvironment environment)
{
    private const string Default = "default";

    private readonly List<EffectiveValue> _values = [];

    public ProcessEnvironment Environment { get; } = environment;

    public IReadOnlyList<EffectiveValue> Values => _values;

    public string Text(YamlSection section, string key, string fallback, Func<string, bool> isRight, string expected) =>
        Value(section, key, fallback, (string text, [MaybeNullWhen(false)] out string value) => isRight(value = text), expected, v => v);

    /// <summary>A value that has no default.</summary>
    public string Required(YamlSection section, string key, Func<string, bool> isRight, string expected)
    {
        var text = section.RequiredText(key, out var node);
        if (text is not null && !isRight(text))
        {
            section.Error(node, $"'{section.PathOf(key)}' is '{text}', but must be {expected}.");
        }

        return Keep(section, key, text ?? "", text ?? "null");
    }

    public string? OptionalText(YamlSection section, string key, Func<string, bool> isRight, string expected) => Optional<string>(
        section, key, (string text, [MaybeNullWhen(false)] out string value) => isRight(value = text), expected);

    public string Folder(YamlSection section, string key, string fallback) => Value(
        section,
        key,
        fallback,
        (string text, [MaybeNullWhen(false)] out string path) =>
        {
            path = Environment.Expand(text);
            return path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal);
        },
        "a folder",
        path => path);

    public IPEndPoint Listen(YamlSection section, string key, string fallback) =>
        OptionalListen(section, key) ?? Keep(section, key, IPEndPoint.Parse(fallback), fallback);

    public IPEndPoint? OptionalListen(YamlSection section, string key) => Optional<IPEndPoint>(
        section, key, HostPort.TryParseListen, "an address and port such as 127.0.0.1:8700");

    public HostPort? OptionalAddress(YamlSection section, string key) =>
        Optional<HostPort>(section, key, HostPort.TryParse, "a host and port such as union.example.com:8701");

    public TimeSpan Duration(YamlSection section, string key, TimeSpan fallback, TimeSpan most) => Value(
        section,
        key,
        fallback,
        (string text, out TimeSpan value) => Durations.TryParse(text, out value) && value > TimeSpan.Zero && value <= most,
        $"a duration such as 90s, 10m or 1h, at most {InUnits(most)}",
        InUnits);

    public long Size(YamlSection section, string key, long fallback) => Value(
        section,
        key,
        fallback,
        (string text, out long value) => ByteSizes.TryParse(text, out value) && value > 0,
        "a size such as 64Mi or 5GiB",
        value => value.ToString(CultureInfo.InvariantCulture));

    public int Number(YamlSection section, string key, int fallback, int least, int most)
    {
        var value = section.Number(key, fallback, least, most);
        return Keep(section, key, value, value.ToString(CultureInfo.InvariantCulture));
    }

    public bool Flag(YamlSection section, string key)
    {
        var value = section.Flag(key, false);
        return Keep(section, key, value, value ? "true" : "false");
    }

    public T Choice<T>(YamlSection section, string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var value = section.Choice(key, fallback, choices);
        var shown = "null";
        foreach (var choice in choices)
        {
            shown = Equals(choice.Value, value) ? choice.Word : shown;
        }

        return Keep(section, key, value, shown);
    }

    /// <summary>A path with "~" at its start replaced; null where none is given.</summary>
    public string? OptionalFile(YamlSection section, string key) => Optional<string>(
        section,
        key,
        (string text, [MaybeNullWhen(false)] out string path) =>
        {
            path = Environment.Expand(text);
            return path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal);
        },
        "a file");

    /// <summary>A list of values of one kind; empty where none is given.</summary>
    public IReadOnlyList<T> List<T>(YamlSection section, string key, TryParse<T> parse, string expected)
    {
        var values = new List<T>();
        foreach (var (text, node) in section.List(key) ?? [])
        {
            if (parse(text, out var value))
            {
                values.Add(value);
            }
            else
            {
                section.Error(node, $"'{text}' in '{section.PathOf(key)}' must be {expected}.");
            }
        }

        return Keep(section, key, values, $"[{string.Join(", ", values)}]");
    }

    /// <summary>A list of known words.</summary>
    public IReadOnlyList<string> Words(YamlSection section, string key, params string[] known)
    {
        var items = section.List(key);
        foreach (var (text, node) in items ?? [])
        {
            if (!known.Contains(text))
            {
                section.Error(node, $"'{text}' in '{section.PathOf(key)}' does not exist; there is: {string.Join(", ", known)}.");
            }
        }

        var words = items is null ? known : [.. items.Select(item => item.Text).Distinct()];
        return Keep(section, key, words, $"[{string.Join(", ", words)}]");
    }

    /// <summary>A key whose feature is not in this version: only null may stand there, or it would do nothing unnoticed.</summary>
    public void Absent(YamlSection section, string key, string why)
    {
        if (section.Find(key) is { } node)
        {
            section.Error(node, $"'{section.PathOf(key)}' is not supported by this version: {why}");
        }

        Keep(section, key, 0, "null");
    }

    /// <summary><c>{file: PATH}</c> or <c>{env: NAME}</c>. The value itself is refused without being repeated.</summary>
    public SecretReference? Secret(YamlSection section, string key)
    {
        var node = section.Find(key);
        if (node is YamlDotNet.RepresentationModel.YamlScalarNode)
        {
            section.Error(node, $"'{section.PathOf(key)}' must not hold the secret itself; write {{file: PATH}} or {{env: NAME}}.");
            return null;
        }

        var reference = section.Section(key, out var present);
        var file = reference.Text("file", out var fileNode);
        var variable = reference.Text("env", out var variableNode);
        reference.End();
        Keep(reference, "file", fileNode, file ?? "null");
        Keep(reference, "env", variableNode, variable ?? "null");
        if (!present)
        {
            return null;
        }

        if (file is null == variable is null)
        {
            section.Error(node, $"'{section.PathOf(key)}' must hold either 'file' or 'env'.");
            return null;
        }

        return new SecretReference(file is null ? null : Environment.Expand(file), variable);
    }

    public T? Optional<T>(YamlSection section, string key, TryParse<T> parse, string expected)
        where T : class
    {
        var value = section.Value<T?>(
            key, null, (string text, out T? parsed) => parse(text, out parsed), expected);
        return Keep(section, key, value, value?.ToString() ?? "null");
    }

    public T Keep<T>(YamlSection section, string key, T value, string shown)
    {
        var path = section.PathOf(key);
        var node = section.Find(key);
        _values.RemoveAll(known => known.Path == path);
        _values.Add(new EffectiveValue(path, shown, node is null ? Default : section.OriginOf(node)));
        return value;
    }

    private T Value<T>(
        YamlSection section, string key, T fallback, TryParse<T> parse, string expected, Func<T, string> show)
    {
        var value = section.Value(key, fallback, parse, expected);
        return Keep(section, key, value, show(value));
    }

    private static string InUnits(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } when time.Ticks % TimeSpan.TicksPerDay == 0 => $"{time.Days}d",
        { TotalHours: >= 1 } when time.Ticks % TimeSpan.TicksPerHour == 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours}h"),
        { TotalMinutes: >= 1 } when time.Ticks % TimeSpan.TicksPerMinute == 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s"),
    };
}

/// <summary>A value as it is used, and where it came from.</summary>
internal sealed record EffectiveValue(string Path, string Value, string Origin);
