using Union.Core.Boundary;
using Union.Core.ComputePlane.Policy;

namespace Union.Core.ComputePlane.Objects;

/// <summary>The only way to a signed URL: holds every grant to this cluster's policy before the store signs it.</summary>
public sealed class Presigner(IObjectStore store, DataPolicy policy)
{
    /// <summary>The policy's lifetime where none is asked for; a longer one than that is refused, never shortened.</summary>
    public TimeSpan LifetimeOf(TimeSpan? asked)
    {
        var most = policy.MaxLifetime < store.Capabilities.MaxPresignLifetime
            ? policy.MaxLifetime
            : store.Capabilities.MaxPresignLifetime;
        var lifetime = asked ?? most;
        return lifetime >= TimeSpan.FromSeconds(1) && lifetime <= most
            ? lifetime
            : throw new UnionException(
                ErrorCode.InvalidArgument, "lifetime_refused",
                $"A signed link of this cluster lives 1 to {most.TotalSeconds:0} seconds.", "Ask for a shorter one.");
    }

    public ValueTask<PresignedRequest> SignAsync(PresignGrant grant, CancellationToken cancellationToken) =>
        policy.Verbs.Contains(grant.Verb)
            ? store.PresignAsync(grant, cancellationToken)
            : throw new UnionException(
                ErrorCode.PermissionDenied, "verb_refused_by_policy",
                $"This cluster's policy signs no {grant.Verb.ToString().ToUpperInvariant()} links.",
                "The owner of the cluster decides that in computePlane.policy.verbs.");
}
