namespace Union.Core.ControlPlane.Clusters;

/// <summary>Where clusters dial in, as it stands in join tokens: <c>host:port</c>.</summary>
public sealed record ClusterAddress(string HostAndPort);
