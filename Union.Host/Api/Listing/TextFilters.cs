using System.Text.RegularExpressions;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;

namespace Union.Host.Api.Listing;

/// <summary>
/// Filters as text, the form of the first Flyte: <c>eq(state, 0)+value_in(name, a;b)</c>. All of them must hold.
/// </summary>
internal static partial class TextFilters
{
    private const int MaxLength = 4096;

    private static readonly Dictionary<string, FilterFunction> Functions = new(StringComparer.Ordinal)
    {
        ["eq"] = FilterFunction.Equal,
        ["ne"] = FilterFunction.NotEqual,
        ["gt"] = FilterFunction.GreaterThan,
        ["gte"] = FilterFunction.GreaterThanOrEqual,
        ["lt"] = FilterFunction.LessThan,
        ["lte"] = FilterFunction.LessThanOrEqual,
        ["contains"] = FilterFunction.Contains,
        ["value_in"] = FilterFunction.ValueIn,
        ["value_not_in"] = FilterFunction.ValueNotIn,
    };

    public static IReadOnlyList<Filter> Read(IEnumerable<string> texts) => [.. texts.SelectMany(Read)];

    public static IEnumerable<Filter> Read(string text)
    {
        if (text.Length > MaxLength)
        {
            throw Wrong();
        }

        // A plus joins filters only behind a closing bracket: an instant's offset has one too.
        return text.Length == 0 ? [] : Joint().Split(text).Select(One);
    }

    private static Filter One(string text)
    {
        var match = Call().Match(text);
        if (!match.Success || !Functions.TryGetValue(match.Groups["function"].Value, out var function))
        {
            throw Wrong();
        }

        var value = match.Groups["value"].Value.Trim();
        return new Filter(
            function, match.Groups["field"].Value,
            function is FilterFunction.ValueIn or FilterFunction.ValueNotIn ? value.Split(';') : [value]);
    }

    private static UnionException Wrong() => new(
        ErrorCode.InvalidArgument, "filter_invalid", "A text filter is malformed.",
        $"Write FUNCTION(field, value), joined by '+'; functions: {string.Join(", ", Functions.Keys)}.");

    [GeneratedRegex(@"(?<=\))\s*\+\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Joint();

    [GeneratedRegex(@"^\s*(?<function>[a-z_]+)\(\s*(?<field>[A-Za-z0-9_.]+)\s*,(?<value>[^()]*)\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Call();
}
