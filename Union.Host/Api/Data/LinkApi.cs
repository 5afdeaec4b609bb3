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

    public override async Task<CreateLinksResponse> CreateLinks(CreateLinksRequest request, ServerCallContext context)
    {
        var command = new Commands.CreateLinks(
            request.ProjectId?.Name ?? "", request.ProjectId?.Domain ?? "", [.. request.References],
            request.ExpiresIn?.ToTimeSpanOrRefuse());
        var links = await mediator.Send(command, context.CancellationToken);
        return new CreateLinksResponse { Results = { links.Results.Select(Write) } };
    }

    private static LinkResult Write(Commands.LinkResult result) => result switch
    {
        { Link: { } signed } => new LinkResult
        {
            Link = new SignedLink
            {
                SignedUrl = signed.Url.Reveal(),
                Method = signed.Method,
                ExpiresAt = signed.ExpiresAt.ToTimestamp(),
                Headers = { signed.RequiredHeaders.ToDictionary() },
            },
        },
        { Refusal: { } refusal } => new LinkResult
        {
            Refusal = new LinkRefusal
            {
                Reason = refusal.Reason,
                Message = refusal.Message,
                Hint = refusal.Hint ?? "",
            },
        },
        _ => throw new InvalidOperationException("A link is signed or refused."),
    };
}
