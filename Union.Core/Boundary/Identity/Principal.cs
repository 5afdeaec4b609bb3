namespace Union.Core.Boundary.Identity;

/// <summary>Who makes a call, in which org, with which grants. The org is always this one, never the request's.</summary>
public sealed record Principal(string Subject, string Org, IReadOnlyList<Grant> Grants)
{
    public bool May(Verb verb, string? project = null, string? domain = null)
    {
        foreach (var grant in Grants)
        {
            if (grant.Covers(verb, project, domain))
            {
                return true;
            }
        }

        return false;
    }
}
