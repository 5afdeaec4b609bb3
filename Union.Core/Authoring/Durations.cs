using System.Globalization;

namespace Union.Core.Authoring;

/// <summary>Durations as people write them: a number and one of <c>ms s m h d</c>, such as <c>90s</c> or <c>1.5h</c>.</summary>
public static class Durations
{
    public static TimeSpan Parse(string text) => TryParse(text, out var duration)
        ? duration
        : throw new FormatException("A duration is expected, such as 90s, 10m, 1h or 7d.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        double? seconds = text[digits.Length..] switch
        {
            "ms" => number / 1000,
            "s" => number,
            "m" => number * 60,
            "h" => number * 3600,
            "d" => number * 86400,
            _ => null,
        };
        if (seconds is null or > 86400 * 36500d)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }
}
