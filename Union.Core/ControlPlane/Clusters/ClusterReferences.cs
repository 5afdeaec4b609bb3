using Union.Core.Boundary;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>A run belongs to one cluster for life, so everything that it refers to must lie in that cluster's store.</summary>
internal static class ClusterReferences
{
    public static async Task EnsureOwnAsync(Session session, string org, string clusterId, IEnumerable<string> references)
    {
        var prefixes = await ClusterStore.PrefixesAsync(session, org, clusterId);
        foreach (var uri in references.Where(u => u.Length > 0))
        {
            if (!prefixes.Any(prefix => uri.StartsWith(prefix, StringComparison.Ordinal)))
            {
                throw new UnionException(
                    ErrorCode.InvalidArgument, "reference_foreign",
                    "A reference does not lie in the store of the project's cluster.",
                    "Upload it through the address that SelectCluster answers.");
            }
        }
    }
}
