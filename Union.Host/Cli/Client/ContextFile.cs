using System.Text;
using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;

namespace Union.Host.Cli.Client;

/// <summary>One control plane that a person uses, by the name that they gave it.</summary>
/// <param name="TokenFile">Where the token is; the file of contexts never holds one.</param>
internal sealed record UnionContext(
    string? Endpoint, string? Ca = null, string? Project = null, string? Domain = null, string? TokenFile = null)
{
    public static UnionContext None { get; } = new((string?)null);
}

/// <summary><c>~/.config/union/config.yaml</c>: the contexts and which of them is current.</summary>
internal sealed record ContextFile(string Path, string? CurrentName, IReadOnlyDictionary<string, UnionContext> Contexts)
{
    public UnionContext Current => CurrentName is null ? UnionContext.None : Contexts[CurrentName];

    /// <exception cref="InvalidDocumentException">The file is not what it should be.</exception>
    public static ContextFile Of(CliContext context)
    {
        var folder = context.Environment.Get("XDG_CONFIG_HOME")
            ?? System.IO.Path.Combine(context.Environment.Home, ".config");
        var path = System.IO.Path.Combine(folder, "union", "config.yaml");
        return File.Exists(path)
            ? Read(context, path) : new ContextFile(path, null, new Dictionary<string, UnionContext>());
    }

    public ContextFile With(string name, UnionContext context) => this with
    {
        CurrentName = CurrentName ?? name,
        Contexts = new Dictionary<string, UnionContext>(Contexts) { [name] = context },
    };

    public void Save()
    {
        var text = new StringBuilder();
        if (CurrentName is not null)
        {
            text.Append($"current: {Quoted(CurrentName)}\n");
        }

        text.Append("contexts:\n");
        foreach (var (name, context) in Contexts.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            text.Append($"  {Quoted(name)}:\n");
            var values = new[]
            {
                ("endpoint", context.Endpoint), ("ca", context.Ca), ("project", context.Project), ("domain", context.Domain),
                ("tokenFile", context.TokenFile),
            };
            foreach (var (key, value) in values.Where(v => v.Item2 is not null))
            {
                text.Append($"    {key}: {Quoted(value!)}\n");
            }
        }

        Core.Boundary.Clusters.PrivateFile.Write(Path, text.ToString());
    }

    private static ContextFile Read(CliContext context, string path)
    {
        var source = YamlSource.Parse(path, File.ReadAllText(path));
        var root = source.Section();
        var current = root.Text("current", out var node);
        var contexts = root.Section("contexts");
        var found = new Dictionary<string, UnionContext>(StringComparer.Ordinal);
        foreach (var name in contexts.Keys())
        {
            found[name] = ReadOne(context, contexts.Section(name));
        }

        if (current is not null && !found.ContainsKey(current))
        {
            root.Error(node, $"there is no context '{current}' below 'contexts'.");
        }

        root.End();
        InvalidDocumentException.ThrowIfAny(source.Errors);
        return new ContextFile(path, current, found);
    }

    private static UnionContext ReadOne(CliContext context, YamlSection section)
    {
        var read = new UnionContext(
            section.Text("endpoint"), File("ca"), section.Text("project"), section.Text("domain"), File("tokenFile"));
        section.End();
        return read;

        string? File(string key) => section.Text(key) is { } path ? context.Environment.Expand(path) : null;
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
