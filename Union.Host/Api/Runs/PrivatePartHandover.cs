using Union.Core.Boundary;
using Union.Core.Boundary.Identity;

namespace Union.Host.Api.Runs;

internal static class PrivatePartHandover
{
    /// <summary>
    /// Hands a part to the cluster for a caller who holds the verb. For another one nothing is written into the customer's
    /// store: the use case that follows refuses the call, and the refusal is audited.
    /// </summary>
    public static Task<string> PutForAsync(
        this IPrivateParts parts, Principal principal, Verb verb, string clusterId, ProjectScope scope,
        ReadOnlyMemory<byte> part, CancellationToken cancellationToken) =>
        principal.May(verb, scope.Project, scope.Domain)
            ? parts.PutAsync(clusterId, scope, part, cancellationToken)
            : Task.FromResult("");
}
