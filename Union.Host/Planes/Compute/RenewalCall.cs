using Google.Protobuf;
using Union.Contracts.Cluster.V1;
using Union.Core.Boundary;
using Union.Host.Tunnel.Enrolling;

namespace Union.Host.Planes.Compute;

/// <summary>The call by which <see cref="CredentialRenewal"/> gets a new certificate.</summary>
internal static class RenewalCall
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    public static RenewCertificate Over(Coordinator.CoordinatorClient coordinator) =>
        async (signingRequest, cancellationToken) =>
        {
            var answer = await coordinator.RenewAsync(
                new RenewRequest { SigningRequest = ByteString.CopyFrom(signingRequest) }, null,
                CallDeadline.In(Timeout), cancellationToken);
            return new RenewedCertificate(
                answer.Certificate.ToByteArray(), [.. answer.CaBundle.Select(c => c.ToByteArray())]);
        };
}
