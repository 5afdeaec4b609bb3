namespace Union.Core.ComputePlane.Secrets.Remote;

/// <summary>
/// The place of a secret in a store with folders: <c>prefix/org/project/domain/name</c>. One underscore alone means
/// "every"; a segment that begins with an underscore or a dot gets another in front, so that none is ever <c>..</c>.
/// </summary>
public static class SecretPath
{
    private const string Every = "_";

    public static string Of(string prefix, SecretName name) => string.Join(
        '/', prefix, Segment(name.Scope.Org), Segment(name.Scope.Project), Segment(name.Scope.Domain), Segment(name.Name));

    /// <summary>The folder that holds all of an org's secrets.</summary>
    public static string Folder(string prefix, string org) => $"{prefix}/{Segment(org)}";

    /// <summary>Null where the path is not one of ours.</summary>
    public static SecretName? TryRead(string prefix, string path)
    {
        if (!path.StartsWith(prefix + "/", StringComparison.Ordinal))
        {
            return null;
        }

        return path[(prefix.Length + 1)..].Split('/') is [var org, var project, var domain, var name]
            && Text(org) is { } orgText && Text(name) is { } nameText
            ? new SecretName(new SecretScope(orgText, Text(project), Text(domain)), nameText)
            : null;
    }

    public static string Segment(string? text) =>
        text is null ? Every : text[0] is '_' or '.' ? Every + text : text;

    public static string? Text(string segment) =>
        segment is Every or "" ? null : segment[0] == '_' ? segment[1..] : segment;
}
