using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Union.Core.Authoring.Yaml;

/// <summary>
/// One YAML document with a mapping at its top, and everything that is wrong with it. Nodes that did not come from the
/// text itself can be given an origin of their own, which errors then name in place of a line.
/// </summary>
public sealed class YamlSource
{
    public const int MaxLength = 1024 * 1024;

    private const int MaxDepth = 32;

    private readonly Dictionary<YamlNode, string> _origins = new(ReferenceEqualityComparer.Instance);
    private readonly List<(long Line, long Column, string Text)> _errors = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly string _name;

    private YamlSource(string name, YamlMappingNode root)
    {
        _name = name;
        Root = root;
    }

    public YamlMappingNode Root { get; }

    /// <summary>Every key that a reader asked for, as a dotted path: the known keys, once all of them were read.</summary>
    public IReadOnlyCollection<string> KnownKeys => _keys;

    /// <summary>The errors in the order of the text.</summary>
    public IReadOnlyList<string> Errors =>
        [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Select(e => e.Text)];

    public static YamlSource Empty(string name) => new(name, []);

    /// <summary>Parses <paramref name="text"/>; what is not YAML at all is one error with its line.</summary>
    public static YamlSource Parse(string name, string text)
    {
        if (text.Length > MaxLength)
        {
            throw new InvalidDocumentException([$"{name}: the file is larger than {MaxLength / 1024} KiB."]);
        }

        try
        {
            RefuseTraps(name, text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents switch
            {
                [] => Empty(name),
                [{ RootNode: YamlMappingNode root }] => new YamlSource(name, root),
                [{ RootNode: YamlScalarNode { Value: null or "" } }] => Empty(name),
                [var document] => throw NotMapping(name, document.RootNode.Start),
                _ => throw new InvalidDocumentException([
                    At(name, stream.Documents[1].RootNode.Start, "one document is expected, and here a second begins.")]),
            };
        }
        catch (YamlException e)
        {
            // Its message repeats the position in words of its own.
            var reason = e.Message[(e.Message.LastIndexOf("): ", StringComparison.Ordinal) is var i and >= 0 ? i + 3 : 0)..];
            throw new InvalidDocumentException([At(name, e.Start, $"this is not YAML: {reason}")]);
        }
    }

    public YamlSection Section() => new(this, Root, "");

    /// <summary>Says where a node came from that the text does not hold.</summary>
    public void SetOrigin(YamlNode node, string origin) => _origins[node] = origin;

    /// <summary>The node's own origin, or the file and line.</summary>
    public string OriginOf(YamlNode node) =>
        _origins.TryGetValue(node, out var origin) ? origin : $"{_name}:{node.Start.Line}";

    internal void Add(YamlNode node, string message)
    {
        if (_origins.TryGetValue(node, out var origin))
        {
            _errors.Add((long.MaxValue, 0, $"{origin}: {message}"));
            return;
        }

        _errors.Add((node.Start.Line, node.Start.Column, At(_name, node.Start, message)));
    }

    internal void Know(string path) => _keys.Add(path);

    /// <summary>An alias can make a small text endless, and deep nesting ends the process: neither is ever needed.</summary>
    private static void RefuseTraps(string name, string text)
    {
        var depth = 0;
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth || parser.Current is AnchorAlias)
            {
                var what = depth > MaxDepth ? "the nesting is too deep." : "aliases are not supported; write it out.";
                throw new InvalidDocumentException([At(name, parser.Current.Start, what)]);
            }
        }
    }

    private static InvalidDocumentException NotMapping(string name, Mark mark) =>
        new([At(name, mark, "keys with values are expected, such as 'name: value'.")]);

    private static string At(string name, Mark mark, string message) => $"{name}:{mark.Line}:{mark.Column}: {message}";
}
