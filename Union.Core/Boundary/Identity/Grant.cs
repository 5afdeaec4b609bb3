namespace Union.Core.Boundary.Identity;

/// <summary>A verb that a principal holds, in one project and domain or, where those are null, in all of its org.</summary>
public sealed record Grant(Verb Verb, string? Project = null, string? Domain = null)
{
    public bool Covers(Verb verb, string? project, string? domain) =>
        verb == Verb && (Project is null || Project == project) && (Domain is null || Domain == domain);
}
