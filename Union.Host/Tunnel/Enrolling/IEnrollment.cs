using Union.Core.Boundary;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>Spends join tokens.</summary>
internal interface IEnrollment
{
    /// <exception cref="UnionException">
    /// The token is unknown, used or expired, each with its own reason for the audit log: none leaves the process.
    /// </exception>
    Task<EnrolledCluster> EnrollAsync(
        string tokenId, SecretValue secret, byte[] signingRequest, CancellationToken cancellationToken);
}
