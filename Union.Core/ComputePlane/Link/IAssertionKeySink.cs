using Union.Contracts.Cluster.V1;

namespace Union.Core.ComputePlane.Link;

/// <summary>Takes the keys that Hello carries: the first are pinned, later ones only if a pinned one signed them.</summary>
public interface IAssertionKeySink
{
    void Accept(string clusterId, IReadOnlyList<AssertionKey> keys);
}
