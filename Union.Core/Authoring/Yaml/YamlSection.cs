using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Union.Core.Authoring.Yaml;

/// <summary>
/// A mapping that is read key by key. An absent mapping reads as an empty one, so reading an empty document visits every
/// key there is; <see cref="End"/> then reports each key that nobody asked for.
/// </summary>
public sealed class YamlSection
{
    private readonly YamlSource _source;
    private readonly YamlMappingNode _node;
    private readonly List<string> _known = [];

    internal YamlSection(YamlSource source, YamlMappingNode node, string path)
    {
        _source = source;
        _node = node;
        Path = path;
    }

    public string Path { get; }

    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>The node of a key, or null where it is absent or null.</summary>
    public YamlNode? Find(string key)
    {
        _known.Add(key);
        _source.Know(PathOf(key));
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var node) && !IsNull(node) ? node : null;
    }

    public void Error(YamlNode? node, string message) => _source.Add(node ?? _node, message);

    public string OriginOf(YamlNode node) => _source.OriginOf(node);

    public YamlSection Section(string key) => Section(key, out _);

    public YamlSection Section(string key, out bool present)
    {
        var node = Find(key);
        present = node is not null;
        if (node is not null and not YamlMappingNode)
        {
            Error(node, $"'{PathOf(key)}' must hold keys with values.");
        }

        return new YamlSection(_source, node as YamlMappingNode ?? [], PathOf(key));
    }

    /// <summary>Any single value as it is written; null where it is absent (or wrong, which is reported).</summary>
    public string? Text(string key, out YamlNode? node)
    {
        node = Find(key);
        if (node is null or YamlScalarNode)
        {
            return ((YamlScalarNode?)node)?.Value;
        }

        Error(node, $"'{PathOf(key)}' must be a single value.");
        return null;
    }

    /// <summary>Keys that the writer chooses, where each holds a mapping.</summary>
    public IReadOnlyList<string> Keys() => [.. _node.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "")];

    public string? Text(string key) => Text(key, out _);

    /// <summary>Makes those keys known that another choice would have here, without allowing them; answers them.</summary>
    public IReadOnlyList<string> KnowAlso(Action<YamlSection> read)
    {
        var source = YamlSource.Empty("");
        var twin = new YamlSection(source, [], Path);
        read(twin);
        foreach (var path in source.KnownKeys)
        {
            _source.Know(path);
        }

        return twin._known;
    }

    public string? RequiredText(string key, out YamlNode? node)
    {
        var text = Text(key, out node);
        if (node is null)
        {
            Error(null, $"'{PathOf(key)}' is missing.");
        }

        return text;
    }

    public T Value<T>(string key, T fallback, TryParse<T> parse, string expected)
    {
        var text = Text(key, out var node);
        if (text is null)
        {
            return fallback;
        }

        if (parse(text, out var value))
        {
            return value;
        }

        Error(node, $"'{PathOf(key)}' is '{text}', but must be {expected}.");
        return fallback;
    }

    public int Number(string key, int fallback, int least, int most) => Value(
        key,
        fallback,
        (string text, [MaybeNullWhen(false)] out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value >= least && value <= most,
        $"a whole number from {least} to {most}");

    public bool Flag(string key, bool fallback) =>
        Value(key, fallback, bool.TryParse, "true or false");

    /// <summary>One of a few words; the error lists what exists.</summary>
    public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var text = Text(key, out var node);
        if (text is null)
        {
            return fallback;
        }

        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }

            words.Add(word);
        }

        Error(node, $"'{PathOf(key)}' is '{text}', which does not exist here; there is: {string.Join(", ", words)}.");
        return fallback;
    }

    /// <summary>A list of single values with their nodes; null where the key is absent.</summary>
    public IReadOnlyList<(string Text, YamlNode Node)>? List(string key)
    {
        var node = Find(key);
        if (node is not null and not YamlSequenceNode)
        {
            Error(node, $"'{PathOf(key)}' must be a list.");
        }

        if (node is not YamlSequenceNode sequence)
        {
            return null;
        }

        var items = new List<(string, YamlNode)>();
        foreach (var item in sequence)
        {
            if (item is YamlScalarNode { Value: { } text })
            {
                items.Add((text, item));
            }
            else
            {
                Error(item, $"an entry of '{PathOf(key)}' must be a single value.");
            }
        }

        return items;
    }

    /// <summary>A list of mappings, each read by <paramref name="read"/>.</summary>
    public IReadOnlyList<T> Sections<T>(string key, Func<YamlSection, T> read)
    {
        var node = Find(key);
        if (node is not null and not YamlSequenceNode)
        {
            Error(node, $"'{PathOf(key)}' must be a list.");
        }

        var items = new List<T>();
        foreach (var item in node as YamlSequenceNode ?? [])
        {
            if (item is not YamlMappingNode mapping)
            {
                Error(item, $"an entry of '{PathOf(key)}' must hold keys with values.");
                continue;
            }

            var section = new YamlSection(_source, mapping, PathOf(key));
            items.Add(read(section));
            section.End();
        }

        return items;
    }

    /// <summary>Keys that the writer chooses, with single values.</summary>
    public IReadOnlyList<(string Key, string Value, YamlNode Node)> Pairs(string key)
    {
        var node = Find(key);
        if (node is not null and not YamlMappingNode)
        {
            Error(node, $"'{PathOf(key)}' must hold keys with values.");
        }

        var pairs = new List<(string, string, YamlNode)>();
        foreach (var (name, value) in node as YamlMappingNode ?? [])
        {
            if (name is YamlScalarNode { Value: { } word } && value is YamlScalarNode { Value: { } text })
            {
                pairs.Add((word, text, name));
            }
            else
            {
                Error(name, $"an entry of '{PathOf(key)}' must be a single value.");
            }
        }

        return pairs;
    }

    /// <summary>As <see cref="End()"/>; a key that only others than the choice would have is reported with what the choice has.</summary>
    /// <param name="choice">Null where the choice itself is wrong, so that nobody knows which keys would be right.</param>
    public void EndOf(string? choice, string chooser, IReadOnlyCollection<string> others)
    {
        var own = _known.Distinct().Where(key => key != chooser).ToList();
        foreach (var (key, _) in _node.Children)
        {
            if (choice is not null && key is YamlScalarNode { Value: { } word } && IsForeign(word, others))
            {
                Error(
                    key, $"'{PathOf(word)}' is no option of {chooser} {choice}"
                    + (own.Count == 0 ? "." : $", which has: {string.Join(", ", own)}."));
            }
        }

        Finish(others, listsAll: true);
    }

    /// <summary>Reports every key that was not asked for, with the nearest one that was.</summary>
    public void End() => Finish([], listsAll: false);

    private bool IsForeign(string word, IReadOnlyCollection<string> others) => !_known.Contains(word) && others.Contains(word);

    private void Finish(IReadOnlyCollection<string> others, bool listsAll)
    {
        foreach (var (key, _) in _node.Children)
        {
            var word = (key as YamlScalarNode)?.Value ?? "";
            if (_known.Contains(word) || IsForeign(word, others))
            {
                continue;
            }

            var place = Path.Length == 0 ? "" : $" in '{Path}'";
            var nearest = Nearest.Of(word, _known);
            var known = string.Join(", ", _known.Distinct());
            var hint = nearest is null ? $"known are: {known}"
                : $"did you mean '{nearest}'?" + (listsAll ? $" Known are: {known}" : "");
            Error(key, $"unknown key '{word}'{place}; {hint}");
        }
    }

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}

public delegate bool TryParse<T>(string text, [MaybeNullWhen(false)] out T value);
