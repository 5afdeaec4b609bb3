using System.Text;
using Union.Core.Boundary;

namespace Union.Testing.Objects;

/// <summary>Keys that somebody's store or proxy got wrong.</summary>
public static class OddKeys
{
    private static readonly string[] Pieces =
    [
        "a", "B", "7", ".", "..", "...", "-", "_", "~", " ", "  ", "+", "%", "%%", "%2", "%41", "%+", "%=", "%self",
        "%tmp", "?", "#", "&", "=", ";", ":", "@", "!", "$", "'", "\"", "(", ")", "[", "]", "{", "}", "*", "<", ">", "|",
        "^", "`", ",", "é", "e\u0301", "ß", "\u65e5\u672c", "\u0438", "\U0001F600", "\uFF0F", "con", "nul", "s=", "&s=",
        new string('x', 239), new string('y', 255), new string('\u00e9', 130),
    ];

    public static IReadOnlyList<string> Fixed { get; } =
    [
        "a b/c+d", "q?x=1&s=2#f", "100%", "%2e%2ex", "%41", "%%", "%self", "%tmp/x", "%+a/%=b", "'\"()[]{}*!$;:@,<>|^`",
        "~/tilde", "...", "a...", "..a", ".hidden", "-rf", "\u65e5\u672c\u8a9e/\u00fcml\u00e4ut/\U0001F600",
        new string('x', 241), new string('x', 480), new string('x', 240) + "..", new string('x', 480) + ".",
        new string('\u00e9', 300) + "/" + new string('y', 300), "trailing ./x", " leading",
    ];

    /// <summary>Keys made of such pieces; the same seed makes the same keys.</summary>
    public static IEnumerable<ObjectKey> Generate(int seed, int count)
    {
        var random = new Random(seed);
        while (count > 0)
        {
            var text = new StringBuilder();
            for (var pieces = random.Next(1, 12); pieces > 0; pieces--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(4) == 0 ? "/" : "");
            }

            if (ObjectKey.TryParse(text.ToString(), out var key))
            {
                count--;
                yield return key;
            }
        }
    }
}
