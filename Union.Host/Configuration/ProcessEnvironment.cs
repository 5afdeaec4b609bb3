using System.Collections;

namespace Union.Host.Configuration;

/// <summary>The variables of this process: the one place that reads them, so that all else can be tested without.</summary>
internal sealed class ProcessEnvironment(IReadOnlyDictionary<string, string> variables)
{
    public static ProcessEnvironment Current() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal));

    public IEnumerable<string> Names => variables.Keys;

    /// <summary>Null for a variable that is absent or empty.</summary>
    public string? Get(string name) => variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The user's home folder; the root folder for a service that has none.</summary>
    public string Home => Get("HOME") ?? "/";

    /// <summary>Where data lies unless configuration says otherwise.</summary>
    public string UnionHome => Get("UNION_HOME") ?? Path.Combine(Home, ".union");

    /// <summary>A path with "~" at its start replaced.</summary>
    public string Expand(string path) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Home + path[1..] : path;
}
