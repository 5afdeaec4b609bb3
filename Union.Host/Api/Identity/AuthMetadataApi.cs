using Flyteidl2.Auth;
using Grpc.Core;
using Union.Host.Planes;

namespace Union.Host.Api.Identity;

/// <summary>
/// What a client without a credential asks for before it gets one; everybody may. No OAuth server is configured here, so
/// no endpoint is named: a client then sends the token that it was given.
/// </summary>
internal sealed class AuthMetadataApi(PublicAddress address) : AuthMetadataService.AuthMetadataServiceBase
{
    /// <summary>The header in which tokens come; stock clients take its name from here.</summary>
    private const string TokenHeader = "authorization";

    public override Task<GetOAuth2MetadataResponse> GetOAuth2Metadata(
        GetOAuth2MetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new GetOAuth2MetadataResponse { Issuer = address.Url });

    public override Task<GetPublicClientConfigResponse> GetPublicClientConfig(
        GetPublicClientConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new GetPublicClientConfigResponse
        {
            AuthorizationMetadataKey = TokenHeader,
            ServiceHttpEndpoint = address.Url,
        });
}
