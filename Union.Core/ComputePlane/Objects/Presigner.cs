using Union.Core.Boundary;
using Union.Core.ComputePlane.Policy;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>The only way to a signed URL: holds every grant to this cluster's policy before the store signs it.</summary>
public sealed class Presigner(
    IObjectStore store, ObjectLayout layout, DataPolicy policy, UrlBudget budget, SigningMeter meter, Caller caller)
{
    /// <summary>
    /// The policy's lifetime for that kind of object where none is asked for; a longer one is refused, never shortened.
    /// </summary>
    public TimeSpan LifetimeOf(TimeSpan? asked, ObjectKey key)
    {
        var most = MostFor(key);
        var lifetime = asked ?? most;
        return lifetime >= TimeSpan.FromSeconds(1) && lifetime <= most ? lifetime : throw TooLong(most);
    }

    /// <summary>
    /// The grant to fetch an object. What it is answered as is signed too: a report is shown, and nothing else is, since a
    /// task may have named its file "x.html".
    /// </summary>
    public PresignGrant ToRead(ObjectKey key, TimeSpan? asked)
    {
        var isReport = layout.KindOf(key) is ArtifactKind.Reports;
        return new PresignGrant(PresignVerb.Get, key, LifetimeOf(asked, key))
        {
            ResponseContentType = isReport ? "text/html; charset=utf-8" : "application/octet-stream",
            ResponseContentDisposition = isReport ? "inline" : "attachment",
        };
    }

    /// <summary>Signs for one caller out of that caller's budget.</summary>
    public ValueTask<PresignedRequest> SignAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        Check(grant);
        Spend(1);
        return SignCheckedAsync(grant, cancellationToken);
    }

    /// <summary>Takes a batch out of the caller's budget before any of it is signed.</summary>
    public void Spend(int count) => budget.Spend(caller.Principal.Org, caller.Principal.Subject, count);

    /// <summary>Signs one of a batch that was paid for.</summary>
    public ValueTask<PresignedRequest> SignPaidAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        Check(grant);
        return SignCheckedAsync(grant, cancellationToken);
    }

    private async ValueTask<PresignedRequest> SignCheckedAsync(PresignGrant grant, CancellationToken cancellationToken)
    {
        var signed = await store.PresignAsync(grant, cancellationToken);
        meter.CountSigned(grant.Verb);
        return signed;
    }

    private void Check(PresignGrant grant)
    {
        try
        {
            HoldToPolicy(grant);
        }
        catch (UnionException)
        {
            meter.CountRefused(grant.Verb);
            throw;
        }
    }

    // Whoever composed the grant: a use case's mistake is not to become a URL.
    private void HoldToPolicy(PresignGrant grant)
    {
        if (!policy.Verbs.Contains(grant.Verb))
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "verb_refused_by_policy",
                $"This cluster's policy signs no {grant.Verb.ToString().ToUpperInvariant()} links.",
                "The owner of the cluster decides that in computePlane.policy.verbs.");
        }

        var path = layout.PathInOrg(grant.Key);
        if (policy.Prefixes is { } prefixes && (path is null || !prefixes.Any(prefix => prefix.Fits(path))))
        {
            throw new UnionException(
                ErrorCode.PermissionDenied, "prefix_refused_by_policy",
                "This cluster's policy signs no links to objects in that folder.",
                "The owner of the cluster decides that in computePlane.policy.prefixes.");
        }

        var most = MostFor(grant.Key);
        if (grant.Lifetime > most)
        {
            throw TooLong(most);
        }
    }

    private TimeSpan MostFor(ObjectKey key)
    {
        var allowed = policy.LifetimeOf(layout.KindOf(key));
        return allowed < store.Capabilities.MaxPresignLifetime ? allowed : store.Capabilities.MaxPresignLifetime;
    }

    private static UnionException TooLong(TimeSpan most) => new(
        ErrorCode.InvalidArgument, "lifetime_refused",
        $"A signed link of this cluster to such an object lives 1 to {most.TotalSeconds:0} seconds.",
        "Ask for a shorter one.");
}
