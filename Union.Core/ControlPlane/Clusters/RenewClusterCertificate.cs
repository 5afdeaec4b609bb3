using MediatR;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>A new certificate for a cluster that is admitted, for the key of a new signing request.</summary>
public sealed record RenewClusterCertificate(byte[] SigningRequest) : IUseCase<RenewedClusterCertificate>, IClusterRequest, IAudited
{
    public string AuditedResource => "certificate";
}

/// <param name="Certificate">X.509, DER.</param>
/// <param name="CaBundle">Certificates of the CAs to trust from now on, DER.</param>
public sealed record RenewedClusterCertificate(byte[] Certificate, IReadOnlyList<byte[]> CaBundle);

internal sealed class RenewClusterCertificateHandler(MetadataDatabase database, Caller caller, CertificateAuthority authority)
    : IRequestHandler<RenewClusterCertificate, RenewedClusterCertificate>
{
    public Task<RenewedClusterCertificate> Handle(RenewClusterCertificate request, CancellationToken cancellationToken) =>
        database.WriteAsync(
            caller.Cluster.Org,
            async session =>
            {
                var certificate = authority.IssueClient(caller.Cluster, request.SigningRequest);
                await ClusterStore.RenewedAsync(session, caller.Cluster, certificate.NotAfter);
                return new RenewedClusterCertificate(certificate.Certificate, authority.Trusted.Encoded);
            },
            cancellationToken);
}
