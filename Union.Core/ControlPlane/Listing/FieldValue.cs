using System.Globalization;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Listing;

internal enum FieldKind
{
    Text,
    Number,

    /// <summary>Compared as microseconds; filters write RFC 3339.</summary>
    Instant,
}

/// <summary>The value of one field of one row: a text, or a number that stands for a count, an enum or an instant.</summary>
internal readonly record struct FieldValue(string? Text, long Number)
{
    /// <summary>Reads a filter's text as a value of a kind; null when it is none.</summary>
    public static FieldValue? Parse(FieldKind kind, string text)
    {
        switch (kind)
        {
            case FieldKind.Text:
                return new FieldValue(text, 0);
            case FieldKind.Number:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? new FieldValue(null, number)
                    : null;
            default:
                return DateTimeOffset.TryParse(
                    text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                    ? new FieldValue(null, instant.ToMicros())
                    : null;
        }
    }

    public int CompareTo(FieldValue other) =>
        Text is null ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);
}
