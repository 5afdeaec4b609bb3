using Union.Core.Boundary.Identity;

namespace Union.Host.Tunnel;

/// <summary>Connection feature of an admitted cluster: the only source of org and cluster for its calls.</summary>
/// <param name="Serial">Upper-case hexadecimal.</param>
/// <param name="Expired">Good for Coordinator/Renew alone.</param>
internal sealed record ClusterConnection(ClusterIdentity Cluster, string Serial, bool Expired);
