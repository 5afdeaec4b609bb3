using System.Text;
using Union.Core.Boundary;

namespace Union.Providers.Local.Objects;

/// <summary>
/// Keys as names on disk. A plain segment is its own name, so that a task which is handed a folder finds what it
/// expects there. What a file system cannot name that way starts with "%":
/// <c>%%x</c> is the segment "%x"; <c>%+x</c> is a folder of segments that begin with x and are too long for one name,
/// where <c>%=y</c> is the rest; <c>%self</c> is the object whose key is also a prefix of others. Any other name with
/// "%" in front is no object.
/// </summary>
internal static class FileNames
{
    /// <summary>The object "a" where "a/b" exists too, and "a" therefore is a folder.</summary>
    public const string Self = "%self";

    /// <summary>The folder of half-written objects.</summary>
    public const string Drafts = "%tmp";

    private const char Escape = '%';
    private const string Longer = "%+";
    private const string Rest = "%=";

    // NAME_MAX is 255 bytes; a marker takes two of them.
    private const int MaxBytes = 240;

    /// <summary>The names from the root down to the object's own.</summary>
    public static List<string> Encode(ObjectKey key)
    {
        var names = new List<string>();
        foreach (var segment in key.ToString().Split('/'))
        {
            Add(names, segment);
        }

        return names;
    }

    /// <summary>What a name on disk adds to a key.</summary>
    public static FileNameKind Decode(string name, out string text)
    {
        text = name;
        if (name[0] != Escape)
        {
            return FileNameKind.Segment;
        }

        var kind = name.Length < 2 ? FileNameKind.Reserved : name[..2] switch
        {
            "%%" => FileNameKind.Segment,
            Longer => FileNameKind.Longer,
            Rest => FileNameKind.Rest,
            _ => FileNameKind.Reserved,
        };
        text = kind is FileNameKind.Segment ? name[1..] : kind is FileNameKind.Reserved ? "" : name[2..];
        return kind;
    }

    private static void Add(List<string> names, string segment)
    {
        if (Encoding.UTF8.GetByteCount(segment) <= MaxBytes)
        {
            names.Add(segment[0] == Escape ? Escape + segment : segment);
            return;
        }

        // The rest is marked too: unmarked, a long segment that ends in ".." would climb out.
        var rest = segment.AsSpan();
        while (Encoding.UTF8.GetByteCount(rest) > MaxBytes)
        {
            var length = Fitting(rest);
            names.Add(string.Concat(Longer, rest[..length]));
            rest = rest[length..];
        }

        names.Add(string.Concat(Rest, rest));
    }

    /// <summary>How many characters fit into one name without cutting a rune.</summary>
    private static int Fitting(ReadOnlySpan<char> text)
    {
        var (bytes, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return length;
    }
}

internal enum FileNameKind
{
    Segment,
    Longer,
    Rest,
    Reserved,
}
