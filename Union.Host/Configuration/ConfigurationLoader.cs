using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;
using YamlDotNet.RepresentationModel;

namespace Union.Host.Configuration;

/// <summary>The configuration and where each of its values came from.</summary>
/// <param name="File">Null where no file was read.</param>
internal sealed record LoadedConfiguration(
    UnionConfiguration Configuration, IReadOnlyList<EffectiveValue> Values, string? File);

/// <summary>
/// Puts configuration together: a flag wins over a variable, a variable over the file, the file over the default. All
/// that is wrong is reported at once, by <see cref="InvalidDocumentException"/>.
/// </summary>
internal sealed class ConfigurationLoader(ProcessEnvironment environment)
{
    private const string DefaultFile = "union.yaml";

    /// <summary>Variables of the other kind (<c>UNION_ENDPOINT</c>, <c>UNION_HOME</c>) have no such beginning.</summary>
    private static readonly string[] Prefixes = ["UNION_CONTROLPLANE_", "UNION_COMPUTEPLANE_", "UNION_TELEMETRY_"];

    /// <summary>Every key, as a dotted path.</summary>
    public static IReadOnlyCollection<string> KnownKeys()
    {
        var source = YamlSource.Empty("");
        _ = Read(new ConfigurationReader(new ProcessEnvironment(new Dictionary<string, string>())), source, hasFile: true);
        return source.KnownKeys;
    }

    /// <summary>The variable that overrides a key.</summary>
    public static string VariableOf(string path) => $"UNION_{path.Replace('.', '_').ToUpperInvariant()}";

    /// <summary>
    /// Reads <paramref name="file"/>, else the file in <c>UNION_CONFIG</c>, else <c>union.yaml</c> of the current folder
    /// where there is one. <paramref name="flags"/> are values by dotted path.
    /// </summary>
    public LoadedConfiguration Load(string? file, IReadOnlyDictionary<string, string>? flags = null)
    {
        var path = file ?? environment.Get("UNION_CONFIG") ?? (File.Exists(DefaultFile) ? DefaultFile : null);
        return Load(path, path is null ? "" : ReadFile(path), flags);
    }

    internal LoadedConfiguration Load(string? name, string text, IReadOnlyDictionary<string, string>? flags)
    {
        var source = name is null ? YamlSource.Empty(DefaultFile) : YamlSource.Parse(name, text);
        var errors = new List<string>();
        Override(source, flags ?? new Dictionary<string, string>(), errors);
        var reader = new ConfigurationReader(environment);
        var configuration = Read(reader, source, name is not null);
        InvalidDocumentException.ThrowIfAny([.. source.Errors, .. errors]);
        return new LoadedConfiguration(configuration, reader.Values, name);
    }

    private static UnionConfiguration Read(ConfigurationReader reader, YamlSource source, bool hasFile)
    {
        var root = source.Section();
        var version = root.Text("version", out var node);
        if (hasFile && version != "1")
        {
            root.Error(node, version is null
                ? "'version' is missing; write 'version: 1'."
                : $"'version' is '{version}', but this program reads version 1 only.");
        }

        return PlaneReaders.Read(reader, root);
    }

    private void Override(YamlSource source, IReadOnlyDictionary<string, string> flags, List<string> errors)
    {
        var variables = environment.Names
            .Where(name => Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal).ToList();
        if (variables.Count == 0 && flags.Count == 0)
        {
            return;
        }

        var known = KnownKeys();
        var byVariable = known.ToDictionary(VariableOf, StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            if (byVariable.TryGetValue(variable, out var path))
            {
                Set(source, path, environment.Get(variable) ?? "", $"variable {variable}", errors);
            }
            else
            {
                var nearest = Nearest.Of(variable, byVariable.Keys);
                errors.Add($"variable {variable}: there is no such setting{(nearest is null ? "." : $"; did you mean {nearest}?")}");
            }
        }

        foreach (var (path, value) in flags)
        {
            Set(source, path, value, $"flag {path}", errors);
        }
    }

    /// <summary>Lists and mappings are written in one line, as YAML; everything else is taken as it stands.</summary>
    private static void Set(YamlSource source, string path, string text, string origin, List<string> errors)
    {
        YamlNode value = new YamlScalarNode(text) { Style = YamlDotNet.Core.ScalarStyle.Plain };
        if (text is ['[' or '{', ..])
        {
            try
            {
                value = YamlSource.Parse(origin, $"value: {text}").Root["value"];
            }
            catch (InvalidDocumentException e)
            {
                errors.AddRange(e.Errors);
                return;
            }
        }

        Place(source, path.Split('.'), value, origin);
        foreach (var node in value.AllNodes)
        {
            source.SetOrigin(node, origin);
        }
    }

    private static void Place(YamlSource source, string[] parts, YamlNode value, string origin)
    {
        var mapping = source.Root;
        foreach (var part in parts[..^1])
        {
            var key = new YamlScalarNode(part);
            if (!mapping.Children.TryGetValue(key, out var child) || child is not YamlMappingNode)
            {
                child = new YamlMappingNode();
                mapping.Children[key] = child;
                source.SetOrigin(child, origin);
            }

            mapping = (YamlMappingNode)child;
        }

        mapping.Children[new YamlScalarNode(parts[^1])] = value;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = Path.Exists(path) ? "the file cannot be read" : "there is no such file";
            throw new InvalidDocumentException([$"{path}: {reason}. 'union config check' tries a file; docs/union.schema.json lists every key."]);
        }
    }
}
