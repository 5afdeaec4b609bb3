using Union.Core.Boundary.Identity;

namespace Union.Core.ControlPlane.Identity;

/// <summary>Numbered as in union.admin.v1.TokenRole.</summary>
public enum TokenRole
{
    None = 0,
    Viewer = 1,
    Member = 2,
    Admin = 3,
}

internal static class TokenRoles
{
    private static readonly Verb[] OfViewers =
        [Verb.RunsRead, Verb.TasksRead, Verb.ProjectsRead, Verb.ClustersRead, Verb.DataRead, Verb.LogsRead];

    private static readonly Verb[] OfMembers =
    [
        .. OfViewers, Verb.RunsCreate, Verb.RunsAbort, Verb.TasksDeploy, Verb.DataWrite, Verb.SecretsRead, Verb.SecretsWrite,
    ];

    /// <summary>A verb that no list names is an administrator's.</summary>
    public static IReadOnlyList<Grant> Grants(TokenRole role) => role switch
    {
        TokenRole.Viewer => [.. OfViewers.Select(v => new Grant(v))],
        TokenRole.Member => [.. OfMembers.Select(v => new Grant(v))],
        TokenRole.Admin => [.. Enum.GetValues<Verb>().Where(v => v != Verb.None).Select(v => new Grant(v))],
        _ => [],
    };
}
