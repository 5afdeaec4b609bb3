using System.Buffers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Union.Core.Boundary;

/// <summary>The grammar of every name that a caller may choose.</summary>
public static partial class Names
{
    /// <summary>The root action of every run.</summary>
    public const string RootAction = "a0";

    /// <summary>The org of an installation that has only one.</summary>
    public const string DefaultOrg = "default";

    public const int MaxRunName = 30;

    private const string RunNameAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> ResourceCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>A DNS-1035 label of at most 30 characters, since clusters make Kubernetes names of it.</summary>
    public static bool IsRun(string? name) => name is not null && name.Length <= MaxRunName && RunPattern().IsMatch(name);

    /// <summary>Names of stock children are hashes, so the first character may be a digit.</summary>
    public static bool IsAction(string? name) => name is not null && ActionPattern().IsMatch(name);

    /// <summary>Project, domain, task, trigger, cluster, queue: 1 to 63 of <c>[A-Za-z0-9._-]</c>, not all dots.</summary>
    public static bool IsResource(string? name) =>
        name is { Length: > 0 and <= 63 } && !name.AsSpan().ContainsAnyExcept(ResourceCharacters)
        && name.Trim('.').Length > 0;

    /// <summary>The contract's grammar of a secret's name.</summary>
    public static bool IsSecret(string? name) => name is not null && SecretPattern().IsMatch(name);

    /// <summary>The name of an input or output: it becomes a file name in a task's folder.</summary>
    public static bool IsVariable(string? name) => name is not null && VariablePattern().IsMatch(name);

    /// <summary><c>r</c> and 19 random characters: 95 bits, so two runs never collide in practice.</summary>
    public static string NewRun() => "r" + RandomNumberGenerator.GetString(RunNameAlphabet, 19);

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex RunPattern();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex ActionPattern();

    [GeneratedRegex("^[-A-Za-z0-9_]{1,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex SecretPattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex VariablePattern();
}
