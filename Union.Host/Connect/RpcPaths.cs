using System.Text.RegularExpressions;
using Union.Core.Boundary;

namespace Union.Host.Connect;

/// <summary>The paths of every protocol: a service has a dot in its name.</summary>
internal static partial class RpcPaths
{
    private const int MaxLength = 256;

    public static bool Matches(string? path) => path is { Length: <= MaxLength } && Pattern().IsMatch(path);

    public static UnionException NotServed(string path) => new(
        ErrorCode.Unimplemented, "method_not_served", $"{path} is not served here.");

    [GeneratedRegex(@"\A/[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+/[A-Za-z0-9_]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
