namespace Union.Core.Boundary;

/// <summary>
/// The URI of an object in the customer's store. The control plane keeps references, never what they point to; the
/// cluster resolves one only below the prefix that its own policy allows.
/// </summary>
public readonly record struct Reference
{
    public const int MaxLength = 2048;

    private readonly string? _uri;

    private Reference(string uri) => _uri = uri;

    public static bool TryParse(string? text, out Reference reference)
    {
        reference = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text.Any(char.IsControl))
        {
            return false;
        }

        var schemeEnd = text.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
        {
            return false;
        }

        // http(s) is the form of a signed URL, and a user part is where a credential travels: a reference has neither.
        var authority = text.AsSpan(schemeEnd + 3);
        var authorityEnd = authority.IndexOf('/');
        authority = authorityEnd < 0 ? authority : authority[..authorityEnd];
        if (text.StartsWith("http", StringComparison.OrdinalIgnoreCase) || authority.Contains('@'))
        {
            return false;
        }

        reference = new Reference(text);
        return true;
    }

    public static Reference Parse(string text) => TryParse(text, out var reference)
        ? reference
        : throw new UnionException(ErrorCode.InvalidArgument, "reference_malformed", "The reference is malformed.");

    public override string ToString() => _uri ?? throw new InvalidOperationException("An empty reference.");
}
