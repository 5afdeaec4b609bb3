using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Policy;
using WireKey = Union.Contracts.Cluster.V1.AssertionKey;

namespace Union.Host.Planes.Compute;

/// <summary>Pins the control plane's assertion keys; one that no pinned key signed is refused and said.</summary>
internal sealed partial class AssertionKeySink(PinnedAssertionKeys pinned, ILogger<AssertionKeySink> logger)
    : IAssertionKeySink
{
    public void Accept(string clusterId, IReadOnlyList<WireKey> keys)
    {
        var refused = pinned.Accept([.. keys.Select(k => new Core.Boundary.Clusters.AssertionKey(
            k.KeyId, k.PublicKey.ToByteArray(), k.Signature.ToByteArray(), k.SignedBy))]);
        foreach (var keyId in refused)
        {
            LogRefused(keyId);
        }
    }

    [LoggerMessage(1001, LogLevel.Error,
        "The control plane offered assertion key {KeyId}, which no pinned key signed; its calls are refused")]
    private partial void LogRefused(string keyId);
}
