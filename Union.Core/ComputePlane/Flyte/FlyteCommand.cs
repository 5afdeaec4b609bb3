using System.Text.RegularExpressions;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Flyte;

/// <summary>
/// The command line of a Flyte task with its <c>{{.placeholders}}</c> filled in, in one pass: what was filled in is not
/// looked at again. A placeholder that nobody knows stays as it is, which the SDK tolerates.
/// </summary>
public static partial class FlyteCommand
{
    public static IReadOnlyList<string> Render(
        IEnumerable<string> arguments, FlytePlaces places, AttemptId id, DateTimeOffset runStartTime)
    {
        var values = places.Values(id, runStartTime);
        return
        [
            .. arguments.Select(argument => Placeholder().Replace(
                argument, match => values.GetValueOrDefault(match.Groups[1].Value, match.Value))),
        ];
    }

    /// <summary>The references of code that the program will fetch, whatever the task's metadata says.</summary>
    public static IEnumerable<string> CodeReferences(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            foreach (var option in CodeOptions)
            {
                if (arguments[i] == option && i + 1 < arguments.Count)
                {
                    yield return arguments[i + 1];
                }
                else if (arguments[i].StartsWith(option + "=", StringComparison.Ordinal))
                {
                    yield return arguments[i][(option.Length + 1)..];
                }
            }
        }
    }

    private static readonly string[] CodeOptions = ["--tgz", "--pkl"];

    [GeneratedRegex(@"\{\{\s*\.([A-Za-z]+)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
