namespace Union.Core.Authoring;

/// <summary>Something that a person wrote is wrong; every error is listed, each with its place where it has one.</summary>
public sealed class InvalidDocumentException(IReadOnlyList<string> errors)
    : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;

    public static void ThrowIfAny(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new InvalidDocumentException(errors);
        }
    }
}
