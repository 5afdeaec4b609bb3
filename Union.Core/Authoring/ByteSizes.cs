using System.Globalization;

namespace Union.Core.Authoring;

/// <summary>Sizes as people write them: a number and one of <c>Ki Mi Gi Ti</c> (B optional), or plain bytes.</summary>
public static class ByteSizes
{
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.EndsWith('B') ? text.AsSpan()[..^1] : text;
        var shift = trimmed switch
        {
            _ when trimmed.EndsWith("Ki") => 10,
            _ when trimmed.EndsWith("Mi") => 20,
            _ when trimmed.EndsWith("Gi") => 30,
            _ when trimmed.EndsWith("Ti") => 40,
            _ => 0,
        };
        var number = shift == 0 ? trimmed : trimmed[..^2];
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            || value > long.MaxValue >> shift)
        {
            return false;
        }

        bytes = value << shift;
        return true;
    }
}
