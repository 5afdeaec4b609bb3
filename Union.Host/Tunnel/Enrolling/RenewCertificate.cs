namespace Union.Host.Tunnel.Enrolling;

/// <summary>Calls Coordinator/Renew with a signing request.</summary>
internal delegate Task<RenewedCertificate> RenewCertificate(byte[] signingRequest, CancellationToken cancellationToken);

/// <param name="Certificate">X.509, DER.</param>
/// <param name="Authorities">CAs to trust from now on, DER.</param>
internal sealed record RenewedCertificate(byte[] Certificate, IReadOnlyList<byte[]> Authorities);
