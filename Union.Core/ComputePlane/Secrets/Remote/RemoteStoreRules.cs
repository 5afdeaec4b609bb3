using System.Text.RegularExpressions;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>What the settings of every remote store obey.</summary>
public static partial class RemoteStoreRules
{
    public const string DefaultPrefix = "union";

    public const string PrefixGrammar = "1 to 24 small letters and digits, a letter first";

    public const string EndpointGrammar = "https://host or https://host:port and nothing else (http on loopback only)";

    /// <summary>The prefix keeps two clusters apart that share a store; it must survive every store's alphabet.</summary>
    public static bool IsPrefix(string text) => Prefix.IsMatch(text);

    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0
        && text.TrimEnd('/') == url.GetLeftPart(UriPartial.Authority)
        && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));

    [GeneratedRegex("^[a-z][a-z0-9]{0,23}$")]
    private static partial Regex Prefix { get; }
}
