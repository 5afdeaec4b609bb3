using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Contracts.Admin.V1;
using Union.Core.ControlPlane.Identity;
using TokenRole = Union.Core.ControlPlane.Identity.TokenRole;

namespace Union.Host.Api;

internal sealed class TokenApi(IMediator mediator) : TokenService.TokenServiceBase
{
    public override async Task<CreateTokenResponse> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        var created = await mediator.Send(
            new CreateToken(request.Name, (TokenRole)request.Role, request.Lifetime?.ToTimeSpan()), context.CancellationToken);
        return new CreateTokenResponse { Token = created.Token.Reveal(), ExpiresAt = created.ExpiresAt.ToTimestamp() };
    }

    public override async Task<ListTokensResponse> ListTokens(ListTokensRequest request, ServerCallContext context)
    {
        var tokens = await mediator.Send(new ListTokens(), context.CancellationToken);
        return new ListTokensResponse { Tokens = { tokens.Select(ToMessage) } };
    }

    public override async Task<RevokeTokenResponse> RevokeToken(RevokeTokenRequest request, ServerCallContext context)
    {
        await mediator.Send(new RevokeToken(request.Name), context.CancellationToken);
        return new RevokeTokenResponse();
    }

    private static TokenSummary ToMessage(ListedToken token) => new()
    {
        Name = token.Name,
        Role = (Contracts.Admin.V1.TokenRole)token.Role,
        CreatedAt = token.CreatedAt.ToTimestamp(),
        CreatedBy = token.CreatedBy,
        ExpiresAt = token.ExpiresAt.ToTimestamp(),
    };
}
