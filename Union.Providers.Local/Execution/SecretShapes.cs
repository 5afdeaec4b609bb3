using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Union.Providers.Local.Execution;

/// <summary>
/// The texts that give a secret away: itself, and the forms in which programs print it. A log has lines, so a secret of
/// several lines is known by each; one that was encoded is one text again.
/// </summary>
internal static partial class SecretShapes
{
    /// <summary>Longer texts are known by their pieces, so that a line that is cut never hides a part of one.</summary>
    public const int MaxPiece = 256;

    /// <summary>Where the base64 program of a shell breaks its lines.</summary>
    private const int Base64Line = 76;

    /// <summary>Shorter pieces of base64 occur by chance.</summary>
    private const int MinBase64 = 6;

    /// <summary>The last part of an address that is a capability has more characters than this.</summary>
    private const int MinCapability = 16;

    public static IEnumerable<byte[]> Of(byte[] secret)
    {
        var shapes = Lines(secret).Concat(Base64(secret));
        if (Utf8.IsValid(secret))
        {
            var text = Encoding.UTF8.GetString(secret);
            shapes = shapes.Concat(
                Url(text).Concat(Json(text)).Concat(Shell(text)).Distinct()
                    .SelectMany(form => Pieces(Encoding.UTF8.GetBytes(form), MaxPiece)));
        }

        var slash = secret.AsSpan().LastIndexOf((byte)'/');
        return slash >= 0 && secret.Length - slash > MinCapability && secret.Length - slash <= MaxPiece
            ? shapes.Append(secret[(slash + 1)..])
            : shapes;
    }

    private static IEnumerable<byte[]> Lines(byte[] secret)
    {
        foreach (var range in SplitLines(secret))
        {
            foreach (var piece in Pieces(secret[range], MaxPiece))
            {
                yield return piece;
            }
        }
    }

    // A secret within a larger text stands at one of three places of a group of three bytes, and each gives other
    // characters; only those count that the secret's own bits decide. The whole encoding is known with its last group,
    // with the line break that a shell's echo adds and without.
    private static IEnumerable<byte[]> Base64(byte[] secret)
    {
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. secret]);
            var start = ((before * 8) + 5) / 6;
            var end = (before + secret.Length) * 8 / 6;
            foreach (var piece in end - start < MinBase64 ? [] : BothAlphabets(text[start..end]))
            {
                yield return piece;
            }
        }

        foreach (var whole in (byte[][])[secret, [.. secret, (byte)'\n']])
        {
            if (secret.Length >= SecretMask.MinLength && Convert.ToBase64String(whole) is { Length: <= Base64Line } text)
            {
                yield return Encoding.ASCII.GetBytes(text);
                yield return Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_'));
            }
        }
    }

    private static IEnumerable<byte[]> BothAlphabets(string text) =>
        Pieces(Encoding.ASCII.GetBytes(text), Base64Line)
            .Concat(Pieces(Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_')), Base64Line));

    // Encoders differ in four things: the slash, the space, the case of their digits, and five marks.
    private static IEnumerable<string> Url(string text)
    {
        foreach (var marks in (string[])["", "!'()*"])
        {
            var strict = Uri.EscapeDataString(text);
            foreach (var mark in marks)
            {
                strict = strict.Replace($"%{(int)mark:X2}", $"{mark}", StringComparison.Ordinal);
            }

            foreach (var slash in (string[])[strict, strict.Replace("%2F", "/", StringComparison.Ordinal)])
            {
                foreach (var space in (string[])[slash, slash.Replace("%20", "+", StringComparison.Ordinal)])
                {
                    yield return space;
                    yield return PercentPattern().Replace(space, match => match.Value.ToLowerInvariant());
                }
            }
        }
    }

    // What must be escaped, that and the slash, that and all beyond ASCII, and what is safe within a page of HTML.
    private static IEnumerable<string> Json(string text)
    {
        var least = new StringBuilder();
        foreach (var c in text)
        {
            least.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        var json = least.ToString();
        yield return json;
        yield return json.Replace("/", "\\/", StringComparison.Ordinal);
        yield return BeyondAscii().Replace(json, m => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)m.Value[0]:x4}"));
        yield return JavaScriptEncoder.Default.Encode(text);
    }

    // Within single quotes (three ways to write one there), within double quotes, and with backslashes.
    private static IEnumerable<string> Shell(string text) =>
    [
        text.Replace("'", "'\\''", StringComparison.Ordinal),
        text.Replace("'", "'\"'\"'", StringComparison.Ordinal),
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal),
        DoubleQuoted().Replace(text, "\\$0"),
        Unquoted().Replace(text, "\\$0"),
    ];

    // The last piece overlaps the one before it, so that no end is too short to be known; where lines are broken the
    // short end stands alone, so it is there too.
    private static IEnumerable<byte[]> Pieces(byte[] text, int length)
    {
        if (text.Length <= length)
        {
            return [text];
        }

        return text.Chunk(length).Append(text[^length..]);
    }

    private static List<Range> SplitLines(byte[] text)
    {
        var lines = new List<Range>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || text[i] == '\n')
            {
                lines.Add(start..(i > start && text[i - 1] == '\r' ? i - 1 : i));
                start = i + 1;
            }
        }

        return lines;
    }

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex PercentPattern();

    [GeneratedRegex("[^\\x00-\\x7F]", RegexOptions.CultureInvariant)]
    private static partial Regex BeyondAscii();

    [GeneratedRegex("[\"\\\\$`]", RegexOptions.CultureInvariant)]
    private static partial Regex DoubleQuoted();

    [GeneratedRegex("[^A-Za-z0-9_/.,:=@%+\\-\\x80-\\uFFFF\\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Unquoted();
}
