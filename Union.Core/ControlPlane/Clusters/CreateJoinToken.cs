using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Clusters;

/// <summary>A token with which one cluster may enrol once. Its secret is kept as a hash only.</summary>
/// <param name="Lifetime">1 s to 1 h; 10 minutes when null.</param>
public sealed record CreateJoinToken(string ClusterName, TimeSpan? Lifetime)
    : IUseCase<CreatedJoinToken>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ClustersAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"cluster {ClusterName}";
}

public sealed record CreatedJoinToken(JoinToken Token, DateTimeOffset ExpiresAt);

internal sealed class CreateJoinTokenValidator : AbstractValidator<CreateJoinToken>
{
    public CreateJoinTokenValidator()
    {
        RuleFor(c => c.ClusterName).Must(Names.IsResource)
            .WithMessage("A cluster's name has 1 to 63 letters, digits, dots, dashes and underscores.");
        RuleFor(c => c.Lifetime).Must(l => l is null || (l >= TimeSpan.FromSeconds(1) && l <= TimeSpan.FromHours(1)))
            .WithMessage("A join token lives 1 second to 1 hour.");
    }
}

internal sealed class CreateJoinTokenHandler(
    MetadataDatabase database, Caller caller, CertificateAuthority authority, ClusterAddress address, TimeProvider time)
    : IRequestHandler<CreateJoinToken, CreatedJoinToken>
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);

    public async Task<CreatedJoinToken> Handle(CreateJoinToken request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var expires = now + (request.Lifetime ?? DefaultLifetime);
        var token = new JoinToken(
            address.HostAndPort, request.ClusterName, authority.KeyHash.Span, Guid.CreateVersion7(now).ToString("d"),
            JoinToken.NewSecret());
        var row = new JoinTokenRow(
            caller.Principal.Org, token.Id, HashOf(token.Secret), request.ClusterName, now.ToMicros(),
            caller.Principal.Subject, expires.ToMicros());
        await database.WriteAsync(
            row.Org,
            async session =>
            {
                await JoinTokenStore.InsertAsync(session, row);
                return true;
            },
            cancellationToken);
        return new CreatedJoinToken(token, expires);
    }

    // 256 random bits need no salt and no slow hash.
    internal static byte[] HashOf(SecretValue secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret.Reveal()));
}
