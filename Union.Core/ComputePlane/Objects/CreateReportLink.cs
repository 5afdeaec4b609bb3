using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Signs a link to the report of an attempt.</summary>
/// <param name="Attempt">0 is the newest attempt that has a report.</param>
public sealed record CreateReportLink(
    string Project, string Domain, string Run, string Action, int Attempt, TimeSpan? ExpiresIn)
    : IUseCase<PresignedRequest>, IUserRequest, IAudited
{
    public Verb Verb => Verb.DataRead;

    public string AuditedResource => $"report of {Project}/{Domain}/{Run}/{Action}/{Attempt}";
}

internal sealed class CreateReportLinkValidator : AbstractValidator<CreateReportLink>
{
    public CreateReportLinkValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName();
        RuleFor(c => c.Action).ActionName();
        RuleFor(c => c.Attempt).GreaterThanOrEqualTo(0).WithMessage("Attempt must not be negative.");
        RuleFor(c => c.ExpiresIn).WholeSeconds();
    }
}

internal sealed class CreateReportLinkHandler(
    Caller caller, IObjectStore store, ObjectLayout layout, Presigner presigner)
    : IRequestHandler<CreateReportLink, PresignedRequest>
{
    public async Task<PresignedRequest> Handle(CreateReportLink request, CancellationToken cancellationToken)
    {
        var run = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var action = new ActionId(run, request.Action);
        var attempt = request.Attempt > 0
            ? new AttemptId(action, request.Attempt)
            : await store.NewestWithAsync(layout, action, "report.html", cancellationToken);
        if (attempt is null || await store.HeadAsync(layout.Report(attempt), cancellationToken) is null)
        {
            throw new UnionException(
                ErrorCode.NotFound, "report_missing", $"Action {request.Run}/{request.Action} has no report.",
                "A report appears once an attempt that writes one has ended.");
        }

        return await presigner.SignAsync(
            presigner.ToRead(layout.Report(attempt), request.ExpiresIn), cancellationToken);
    }
}
