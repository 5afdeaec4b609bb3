using System.Security.Cryptography;
using System.Text;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>
/// The name of a secret in a store without folders, made of <c>a-z 0-9 -</c> only, since some of them see no difference
/// between capitals and small letters: <c>prefix--org--project--domain--name</c>, "every" being empty. A capital is
/// written as a hyphen and the small letter, hyphen, underscore and dot as <c>-0</c>, <c>-1</c> and <c>-2</c>.
/// </summary>
public static class FlatSecretName
{
    private const string Separator = "--";
    private const string Symbols = "-_.";

    /// <summary>
    /// A name that would be too long becomes a hash of itself: the store's labels must then say whose it is.
    /// </summary>
    public static string Of(string prefix, SecretName name, int maxLength)
    {
        var readable = string.Join(
            Separator, prefix, Escape(name.Scope.Org), Escape(name.Scope.Project), Escape(name.Scope.Domain), Escape(name.Name));
        return readable.Length <= maxLength ? readable : $"{prefix}-{Hash(name)}";
    }

    /// <summary>SHA-256 of the full name in hexadecimal.</summary>
    public static string Hash(SecretName name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', name.Scope.Org, name.Scope.Project, name.Scope.Domain, name.Name))));

    /// <summary>What the name says by itself; null where it is a hash, or not one of ours.</summary>
    public static SecretName? TryRead(string prefix, string flat)
    {
        if (!flat.StartsWith(prefix + Separator, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = prefix.Length + Separator.Length; i < flat.Length; i++)
        {
            if (flat[i] != '-')
            {
                part.Append(flat[i]);
                continue;
            }

            switch (++i < flat.Length ? flat[i] : '?')
            {
                case '-':
                    parts.Add(part.ToString());
                    part.Clear();
                    break;
                case >= 'a' and <= 'z':
                    part.Append(char.ToUpperInvariant(flat[i]));
                    break;
                case >= '0' and <= '2':
                    part.Append(Symbols[flat[i] - '0']);
                    break;
                default:
                    return null;
            }
        }

        return parts is [{ Length: > 0 } org, var project, var domain] && part.Length > 0
            ? new SecretName(new SecretScope(org, NullIfEmpty(project), NullIfEmpty(domain)), part.ToString())
            : null;
    }

    private static string Escape(string? text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text ?? "")
        {
            _ = c switch
            {
                >= 'A' and <= 'Z' => escaped.Append('-').Append(char.ToLowerInvariant(c)),
                (>= 'a' and <= 'z') or (>= '0' and <= '9') => escaped.Append(c),
                _ when Symbols.Contains(c) => escaped.Append('-').Append(Symbols.IndexOf(c)),
                _ => throw new ArgumentException($"The character U+{(int)c:X4} cannot be in a secret's name.", nameof(text)),
            };
        }

        return escaped.ToString();
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
