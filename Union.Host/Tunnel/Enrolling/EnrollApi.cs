using Google.Protobuf;
using Grpc.Core;
using Union.Contracts.Enroll.V1;
using Union.Core.Boundary;

namespace Union.Host.Tunnel.Enrolling;

/// <summary>The one call that needs no identity. It tells a stranger nothing but yes or no.</summary>
internal sealed partial class EnrollApi(IEnrollment enrollment, ILogger<EnrollApi> logger) : EnrollService.EnrollServiceBase
{
    public override async Task<EnrollResponse> Enroll(EnrollRequest request, ServerCallContext context)
    {
        try
        {
            var enrolled = await enrollment.EnrollAsync(
                request.TokenId, new SecretValue(request.TokenSecret), request.SigningRequest.ToByteArray(),
                context.CancellationToken);
            return new EnrollResponse
            {
                Certificate = ByteString.CopyFrom(enrolled.Certificate),
                CaBundle = { enrolled.Authorities.Select(a => ByteString.CopyFrom(a)) },
                ClusterId = enrolled.Identity.ClusterId,
                Org = enrolled.Identity.Org,
            };
        }
        catch (UnionException e) when (e.Code != ErrorCode.Internal && e.Code != ErrorCode.Unavailable)
        {
            LogRefused(e.Reason);
            throw new RpcException(new Status(
                StatusCode.Unauthenticated, "The join token is unknown, used or expired, or the signing request is not of P-256."));
        }
    }

    [LoggerMessage(2120, LogLevel.Warning, "An enrolment was refused ({Reason}); the cluster needs a new join token.")]
    private partial void LogRefused(string reason);
}
