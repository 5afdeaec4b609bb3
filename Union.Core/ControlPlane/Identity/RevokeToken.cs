using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;

namespace Union.Core.ControlPlane.Identity;

/// <summary>Ends a token: the next call with it is refused, and an open stream within a minute. Answers its name.</summary>
public sealed record RevokeToken(string Name) : IUseCase<string>, IUserRequest, IAudited
{
    public Verb Verb => Verb.TokensAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"token {Name}";
}

internal sealed class RevokeTokenHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<RevokeToken, string>
{
    public async Task<string> Handle(RevokeToken request, CancellationToken cancellationToken)
    {
        return await database.WriteAsync(
            caller.Principal.Org,
            async session => await TokenStore.RevokeAsync(session, caller.Principal.Org, request.Name, time.GetUtcNow())
                ? request.Name
                : throw new UnionException(
                    ErrorCode.NotFound, "token_unknown", $"There is no token named '{request.Name}'.",
                    "'union token list' shows them."),
            cancellationToken);
    }
}
