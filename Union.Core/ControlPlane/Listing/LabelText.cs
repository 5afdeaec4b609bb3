namespace Union.Core.ControlPlane.Listing;

/// <summary>Labels as one text, <c>key=value</c> a line in the order of their keys: how a row keeps what a list shows.</summary>
public static class LabelText
{
    /// <summary>What is wrong with labels that are not valid.</summary>
    internal const string Rule =
        "There may be 64 labels, with keys of 1 to 253 characters without '=' and values of at most 1024.";

    private const int MaxLabels = 64;
    private const int MaxKey = 253;
    private const int MaxValue = 1024;

    public static string Write(IReadOnlyDictionary<string, string> labels) => string.Join(
        '\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    public static IEnumerable<KeyValuePair<string, string>> Read(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = line.IndexOf('=', StringComparison.Ordinal);
            yield return new KeyValuePair<string, string>(line[..end], line[(end + 1)..]);
        }
    }

    /// <summary>Labels that the text can hold: no key is empty or has a '=', nothing has a control character.</summary>
    internal static bool AreValid(IReadOnlyDictionary<string, string> labels) =>
        labels.Count <= MaxLabels && labels.All(label =>
            label.Key.Length is > 0 and <= MaxKey && label.Value.Length <= MaxValue && !label.Key.Contains('=', StringComparison.Ordinal)
            && !label.Key.Any(char.IsControl) && !label.Value.Any(char.IsControl));

    internal static string? Find(string text, string key)
    {
        foreach (var label in Read(text))
        {
            if (label.Key == key)
            {
                return label.Value;
            }
        }

        return null;
    }
}
