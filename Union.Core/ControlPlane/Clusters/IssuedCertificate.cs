namespace Union.Core.ControlPlane.Clusters;

/// <summary>A cluster's new certificate.</summary>
/// <param name="Certificate">X.509, DER.</param>
/// <param name="Serial">Upper-case hexadecimal; what a revocation names.</param>
public sealed record IssuedCertificate(byte[] Certificate, string Serial, DateTimeOffset NotAfter);
