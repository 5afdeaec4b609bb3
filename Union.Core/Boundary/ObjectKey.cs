using System.Globalization;
using System.Text;

namespace Union.Core.Boundary;

/// <summary>
/// The name of an object in a store: the intersection of what every store keeps byte for byte, so that an adapter never
/// escapes. No empty, "." or ".." segment (percent-encoded ones neither), no control or bidirectional character, no
/// backslash, no leading or trailing slash, at most 1,024 bytes of UTF-8. Spaces, quotes, "+ ~ % ? #" are legal.
/// </summary>
public readonly record struct ObjectKey : IComparable<ObjectKey>
{
    public const int MaxBytes = 1024;

    private readonly string? _value;

    private ObjectKey(string value) => _value = value;

    public static ObjectKey Parse(string text) => TryParse(text, out var key)
        ? key
        : throw new UnionException(ErrorCode.InvalidArgument, "object_key_malformed", "The object key is malformed.");

    public static bool TryParse(string? text, out ObjectKey key)
    {
        key = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxBytes || !HasOnlyLegalCharacters(text)
            || Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            return false;
        }

        foreach (var range in text.AsSpan().Split('/'))
        {
            if (!IsLegalSegment(text.AsSpan()[range]))
            {
                return false;
            }
        }

        key = new ObjectKey(text);
        return true;
    }

    /// <summary>This key with one or more segments behind it.</summary>
    public ObjectKey Append(string relative) => Parse($"{_value}/{relative}");

    /// <summary>True where this key lies below <paramref name="prefix"/>, segment for segment.</summary>
    public bool IsBelow(ObjectKey prefix) =>
        ToString().StartsWith(prefix.ToString() + "/", StringComparison.Ordinal);

    public int CompareTo(ObjectKey other) => string.CompareOrdinal(ToString(), other.ToString());

    public override string ToString() => _value ?? throw new InvalidOperationException("An empty object key.");

    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;

    private static bool HasOnlyLegalCharacters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || rune.Value is '\\'
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return true;
    }

    // A proxy on the way may decode "%2e%2e" before the store sees it, so the decoded forms are refused too.
    private static bool IsLegalSegment(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty)
        {
            return false;
        }

        var decoded = segment.ToString().Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
        return decoded is not ("." or "..") && !decoded.Contains("%2f", StringComparison.OrdinalIgnoreCase);
    }
}
