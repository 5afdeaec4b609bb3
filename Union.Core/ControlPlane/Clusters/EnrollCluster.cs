using System.Security.Cryptography;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>
/// Trades a join token for a certificate, once. Unknown, used, expired and wrong are one answer, so that nothing can be
/// learnt by trying.
/// </summary>
public sealed record EnrollCluster(string TokenId, SecretValue Secret, byte[] SigningRequest)
    : IUseCase<ClusterEnrolment>, ISystemRequest, IAudited
{
    public string AuditedResource => Names.IsResource(TokenId) ? $"join token {TokenId}" : "join token (malformed)";
}

/// <param name="CaBundle">Certificates of the CAs to trust, DER.</param>
public sealed record ClusterEnrolment(
    ClusterIdentity Cluster, IssuedCertificate Certificate, IReadOnlyList<byte[]> CaBundle);

internal sealed class EnrollClusterHandler(MetadataDatabase database, CertificateAuthority authority, TimeProvider time)
    : IRequestHandler<EnrollCluster, ClusterEnrolment>
{
    public async Task<ClusterEnrolment> Handle(EnrollCluster request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var token = await database.ReadInstallationAsync(
            session => JoinTokenStore.FindUsableAsync(session, request.TokenId, now), cancellationToken);
        // Compared even without a row, so that the time of the answer does not tell a known id from an unknown one.
        var expected = token?.SecretHash ?? new byte[SHA256.HashSizeInBytes];
        var matches = CryptographicOperations.FixedTimeEquals(expected, CreateJoinTokenHandler.HashOf(request.Secret));
        if (token is null || !matches)
        {
            throw Refused();
        }

        return await database.WriteAsync(
            token.Org, session => EnrollAsync(session, token, request.SigningRequest, now), cancellationToken);
    }

    private async Task<ClusterEnrolment> EnrollAsync(
        Session session, JoinTokenRow token, byte[] signingRequest, DateTimeOffset now)
    {
        // Issued before the token is used up: a malformed request must not cost the operator the token.
        var known = await ClusterStore.FindByNameAsync(session, token.Org, token.ClusterName);
        var cluster = new ClusterIdentity(token.Org, known?.Id ?? NewId());
        var certificate = authority.IssueClient(cluster, signingRequest);
        if (!await JoinTokenStore.UseAsync(session, token, now))
        {
            throw Refused();
        }

        await ClusterStore.EnrollAsync(session, cluster, token.ClusterName, now, certificate.NotAfter);
        return new ClusterEnrolment(cluster, certificate, authority.Trusted.Encoded);
    }

    // Random in every bit: it stands in paths, and must tell nobody how old a cluster is.
    private static string NewId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString("d");

    private static UnionException Refused() => new(
        ErrorCode.Unauthenticated, "join_token_refused", "The join token is not valid: unknown, used or expired.",
        "Create a new one with 'union cluster enroll NAME'.");
}
