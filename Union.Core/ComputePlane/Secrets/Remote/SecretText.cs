using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>
/// A value for a store that holds text only. Plain text stays as it is, so that an operator's own tools read and write
/// the same secret; everything else becomes base64 behind a mark.
/// </summary>
public static class SecretText
{
    private const string Mark = "base64:";

    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 160).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r'))]);

    /// <summary>The most bytes, whatever they are, that fit into this many characters.</summary>
    public static int MaxBytes(int maxCharacters) => (maxCharacters - Mark.Length) / 4 * 3;

    /// <summary>Null where it does not fit.</summary>
    public static string? Encode(SecretBytes value, int maxCharacters)
    {
        var bytes = value.Reveal().Span;
        if (bytes.Length > maxCharacters)
        {
            return null;
        }

        var text = TryPlain(value) ?? Mark + Convert.ToBase64String(bytes);

        // Stores count bytes of UTF-8 and not characters.
        return Encoding.UTF8.GetByteCount(text) <= maxCharacters ? text : null;
    }

    public static SecretBytes Decode(string text)
    {
        if (text.StartsWith(Mark, StringComparison.Ordinal))
        {
            var bytes = new byte[text.Length];
            if (Convert.TryFromBase64String(text[Mark.Length..], bytes, out var count))
            {
                return new SecretBytes(bytes.AsMemory(0, count));
            }
        }

        return new SecretBytes(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The value as the text that it is; null where it is anything else.</summary>
    public static string? TryPlain(SecretBytes value)
    {
        var bytes = value.Reveal().Span;
        var text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "";

        // Two braces are a reference to another parameter for Parameter Store, which refuses them.
        return text.Length > 0 && !text.AsSpan().ContainsAny(Controls)
            && !text.StartsWith(Mark, StringComparison.Ordinal) && !text.Contains("{{", StringComparison.Ordinal)
            ? text : null;
    }
}
