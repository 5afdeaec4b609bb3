using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Contracts.Data.V1;
using Commands = Union.Core.ComputePlane.Objects;

namespace Union.Host.Api.Data;

internal sealed class LinkApi(IMediator mediator) : LinkService.LinkServiceBase
{
    public override async Task<CreateOutputLinkResponse> CreateOutputLink(
        CreateOutputLinkRequest request, ServerCallContext context)
    {
        var attempt = ActionNames.Read(request.ActionAttemptId);
        var command = new Commands.CreateOutputLink(
            attempt.Project, attempt.Domain, attempt.Run, attempt.Action, attempt.Attempt, request.Output,
            request.ExpiresIn?.ToTimeSpanOrRefuse());
        var signed = await mediator.Send(command, context.CancellationToken);
        return new CreateOutputLinkResponse
        {
            SignedUrl = signed.Url.Reveal(),
            Method = signed.Method,
            ExpiresAt = signed.ExpiresAt.ToTimestamp(),
            Headers = { signed.RequiredHeaders.ToDictionary() },
        };
    }
}
