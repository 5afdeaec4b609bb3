namespace Union.Core.ComputePlane.Link;

/// <summary>Takes the addresses of the control plane's replicas, each time that it names them.</summary>
public interface IReplicaSink
{
    void Accept(IReadOnlyList<string> replicas);
}
