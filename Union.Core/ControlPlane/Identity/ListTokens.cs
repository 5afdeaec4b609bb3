using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Identity;

/// <summary>The living tokens of the caller's org, by name.</summary>
public sealed record ListTokens : IUseCase<IReadOnlyList<ListedToken>>, IUserRequest
{
    public Verb Verb => Verb.TokensAdmin;

    public string? Project => null;

    public string? Domain => null;
}

public sealed record ListedToken(
    string Name, TokenRole Role, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset ExpiresAt);

internal sealed class ListTokensHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<ListTokens, IReadOnlyList<ListedToken>>
{
    public async Task<IReadOnlyList<ListedToken>> Handle(ListTokens request, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            caller.Principal.Org, session => TokenStore.ListAsync(session, caller.Principal.Org, time.GetUtcNow()),
            cancellationToken);
        return [.. rows.Select(r => new ListedToken(
            r.Name, (TokenRole)r.Role, r.CreatedAt.ToInstant(), r.CreatedBy, r.ExpiresAt.ToInstant()))];
    }
}
