using FluentValidation;
using Flyteidl2.Core;
using Flyteidl2.Task;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Signs a link to the file that an output points to.</summary>
public sealed record CreateOutputLink(
    string Project, string Domain, string Run, string Action, int Attempt, string Output, TimeSpan? ExpiresIn)
    : IUseCase<PresignedRequest>, IUserRequest, IAudited
{
    public Verb Verb => Verb.DataRead;

    public string AuditedResource => $"output of {Project}/{Domain}/{Run}/{Action}/{Attempt}";
}

internal sealed class CreateOutputLinkValidator : AbstractValidator<CreateOutputLink>
{
    public CreateOutputLinkValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Run).RunName();
        RuleFor(c => c.Action).ActionName();
        RuleFor(c => c.Attempt).GreaterThan(0).WithMessage("Attempt must be 1 or more.");
        RuleFor(c => c.Output).Must(Names.IsVariable)
            .WithMessage("Output must be a name of A-Z a-z 0-9 _ that begins with no digit.");
        RuleFor(c => c.ExpiresIn).WholeSeconds();
    }
}

internal sealed class CreateOutputLinkHandler(
    Caller caller, IObjectStore store, ObjectLayout layout, ProjectFence fence, Presigner presigner)
    : IRequestHandler<CreateOutputLink, PresignedRequest>
{
    public async Task<PresignedRequest> Handle(CreateOutputLink request, CancellationToken cancellationToken)
    {
        var run = new RunId(caller.Principal.Org, request.Project, request.Domain, request.Run);
        var attempt = new AttemptId(new ActionId(run, request.Action), request.Attempt);
        var outputs = await store.ReadAsync(layout.Outputs(attempt), Outputs.Parser, cancellationToken)
            ?? throw Missing($"Attempt {request.Run}/{request.Action}/{request.Attempt} has no outputs.");
        var literal = outputs.Literals.FirstOrDefault(l => l.Name == request.Output)?.Value
            ?? throw Missing($"The attempt has no output {request.Output}.");
        if (literal.Scalar?.Blob is not { } blob
            || blob.Metadata?.Type?.Dimensionality is BlobType.Types.BlobDimensionality.Multipart)
        {
            throw new UnionException(
                ErrorCode.FailedPrecondition, "output_not_a_file", $"Output {request.Output} is not a single file.",
                "Read plain values with the action's data.");
        }

        // A task wrote this reference: it may point anywhere.
        var key = fence.Resolve(run.Scope, blob.Uri, $"output {request.Output}");
        if (await store.HeadAsync(key, cancellationToken) is null)
        {
            throw Missing($"The file of output {request.Output} is not in the store.");
        }

        return await presigner.SignAsync(presigner.ToRead(key, request.ExpiresIn), cancellationToken);
    }

    private static UnionException Missing(string message) => new(
        ErrorCode.NotFound, "output_missing", message, "Check the attempt's number and the task's outputs.");
}
