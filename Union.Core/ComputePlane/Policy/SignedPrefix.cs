using System.Diagnostics.CodeAnalysis;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Policy;

/// <summary>
/// One line of the policy, <c>PROJECT/DOMAIN</c> with or without folders behind it; a star stands for any project or
/// domain. It fits whole folders only: <c>weather/prod</c> says nothing of <c>weather/production</c>.
/// </summary>
public sealed record SignedPrefix
{
    private const string Any = "*";

    private readonly string[] _segments;

    private SignedPrefix(string[] segments) => _segments = segments;

    /// <summary>A name, or a star.</summary>
    public string Project => _segments[0];

    /// <summary>A name, or a star.</summary>
    public string Domain => _segments[1];

    /// <summary>What stands behind both; none means the whole of it.</summary>
    public IReadOnlyList<string> Folders => _segments[2..];

    /// <param name="path">Of an object, from its project on.</param>
    public bool Fits(ReadOnlySpan<string> path)
    {
        if (path.Length < _segments.Length)
        {
            return false;
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] != path[i] && !(i < 2 && _segments[i] == Any))
            {
                return false;
            }
        }

        return true;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out SignedPrefix? prefix)
    {
        var segments = text.Split('/');
        prefix = segments is [var project, var domain, ..] && IsName(project) && IsName(domain)
            && ObjectKey.TryParse(text, out _)
            ? new SignedPrefix(segments)
            : null;
        return prefix is not null;
    }

    public bool Equals(SignedPrefix? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Join('/', _segments);

    private static bool IsName(string text) => text == Any || Names.IsResource(text);
}
