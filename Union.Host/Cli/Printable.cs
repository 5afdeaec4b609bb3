using System.Globalization;
using System.Text;

namespace Union.Host.Cli;

/// <summary>
/// Text from outside made harmless for a terminal: what could move the cursor, set colours, ring, or turn the direction
/// of reading is shown as an escape. Tabs stay; the joiners of emoji and scripts (U+200C, U+200D) stay.
/// </summary>
internal static class Printable
{
    /// <summary>One line: line breaks are escaped too.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary>Several lines stay several lines.</summary>
    public static string Text(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            if (isWhole && IsHarmless(rune, keepLines))
            {
                escaped?.Append(text, i, length);
            }
            else
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                var value = isWhole ? rune.Value : text[i];
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}");
            }

            i += length;
        }

        return escaped?.ToString() ?? text;
    }

    private static bool IsHarmless(Rune rune, bool keepLines) => rune.Value switch
    {
        '\t' or 0x200C or 0x200D => true,
        '\n' => keepLines,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate),
    };
}
