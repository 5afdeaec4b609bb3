using System.Diagnostics.CodeAnalysis;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>
/// Which project's tasks may have which secret, whatever the control plane asks for. It narrows what scopes allow and
/// never widens it.
/// </summary>
/// <param name="Grants">Null: no more than scopes say. An empty list gives tasks no secret at all.</param>
public sealed record SecretPolicy(IReadOnlyList<SecretGrant>? Grants)
{
    public static SecretPolicy ScopesOnly { get; } = new((IReadOnlyList<SecretGrant>?)null);

    public bool Allows(string project, string secret) => Grants is null || Grants.Any(grant => grant.Fits(project, secret));
}

/// <summary>One line of the policy, <c>project/secret</c>; a star stands for any.</summary>
public sealed record SecretGrant(string? Project, string? Secret)
{
    private const string Any = "*";

    public bool Fits(string project, string secret) =>
        (Project is null || Project == project) && (Secret is null || Secret == secret);

    public static bool TryParse(string text, [NotNullWhen(true)] out SecretGrant? grant)
    {
        grant = text.Split('/') is [var project, var secret]
            && (project == Any || Names.IsResource(project)) && (secret == Any || Names.IsSecret(secret))
            ? new SecretGrant(project == Any ? null : project, secret == Any ? null : secret)
            : null;
        return grant is not null;
    }

    public override string ToString() => $"{Project ?? Any}/{Secret ?? Any}";
}
