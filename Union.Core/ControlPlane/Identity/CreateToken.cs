using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Identity;

/// <summary>A token for a person or a program. It is answered once; its hash is kept.</summary>
/// <param name="Lifetime">One year when null.</param>
public sealed record CreateToken(string Name, TokenRole Role, TimeSpan? Lifetime)
    : IUseCase<CreatedToken>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TokensAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"token {Name}";
}

public sealed record CreatedToken(SecretValue Token, DateTimeOffset ExpiresAt);

internal sealed class CreateTokenValidator : AbstractValidator<CreateToken>
{
    public CreateTokenValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsResource)
            .WithMessage("A token's name has 1 to 63 letters, digits, dots, dashes and underscores.");
        RuleFor(c => c.Role).Must(r => r is TokenRole.Viewer or TokenRole.Member or TokenRole.Admin)
            .WithMessage("A token's role is viewer, member or admin.");
        RuleFor(c => c.Lifetime).Must(l => l is null || (l >= TimeSpan.FromMinutes(1) && l <= TimeSpan.FromDays(3653)))
            .WithMessage("A token lives 1 minute to 10 years.");
    }
}

internal sealed class CreateTokenHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<CreateToken, CreatedToken>
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(365);

    public async Task<CreatedToken> Handle(CreateToken request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var expires = now + (request.Lifetime ?? DefaultLifetime);
        var token = ApiToken.New();
        var row = new TokenRow(
            caller.Principal.Org, token.Id, request.Name, token.Hash(), (long)request.Role, now.ToMicros(),
            caller.Principal.Subject, expires.ToMicros());
        return await database.WriteAsync(
            row.Org,
            async session => await TokenStore.TryInsertAsync(session, row)
                ? new CreatedToken(token.Format(), expires)
                : throw new UnionException(
                    ErrorCode.AlreadyExists, "token_exists", $"There is a token named '{request.Name}'.",
                    "Revoke it first, or choose another name."),
            cancellationToken);
    }
}
