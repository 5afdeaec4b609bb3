using Flyteidl2.Auth;
using Grpc.Core;
using Union.Core.Pipeline;

namespace Union.Host.Api.Identity;

/// <summary>Who the caller is, as far as it is known here: a subject.</summary>
internal sealed class IdentityApi(Caller caller) : IdentityService.IdentityServiceBase
{
    public override Task<UserInfoResponse> UserInfo(UserInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new UserInfoResponse
        {
            Subject = caller.Principal.Subject,
            Name = caller.Principal.Subject,
            PreferredUsername = caller.Principal.Subject,
        });
}
