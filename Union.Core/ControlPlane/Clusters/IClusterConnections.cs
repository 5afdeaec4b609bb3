namespace Union.Core.ControlPlane.Clusters;

/// <summary>The open connections of clusters to this replica.</summary>
public interface IClusterConnections
{
    bool IsOnline(string clusterId);

    /// <summary>Ends every connection of a cluster, in both directions.</summary>
    void Disconnect(string clusterId);
}
