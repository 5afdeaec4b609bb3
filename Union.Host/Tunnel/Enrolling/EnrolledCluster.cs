using Union.Core.Boundary.Identity;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>What a join token was traded for.</summary>
/// <param name="Certificate">X.509, DER.</param>
/// <param name="Authorities">CAs to trust, DER.</param>
internal sealed record EnrolledCluster(ClusterIdentity Identity, byte[] Certificate, IReadOnlyList<byte[]> Authorities);
