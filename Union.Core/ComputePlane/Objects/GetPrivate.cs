using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Private parts in the order asked; one that is not there is empty.</summary>
public sealed record GetPrivate(ProjectScope Scope, IReadOnlyList<string> Digests)
    : IUseCase<IReadOnlyList<ReadOnlyMemory<byte>>>, ISystemRequest
{
    public const int MaxDigests = 100;
}

internal sealed class GetPrivateValidator : AbstractValidator<GetPrivate>
{
    public GetPrivateValidator()
    {
        RuleFor(c => c.Scope.Org).ResourceName();
        RuleFor(c => c.Scope.Project).ResourceName();
        RuleFor(c => c.Scope.Domain).ResourceName();
        RuleFor(c => c.Digests).Must(d => d.Count <= GetPrivate.MaxDigests && d.All(x => x.Length == 0 || KeyedDigest.IsDigest(x)))
            .WithMessage($"Digests must be at most {GetPrivate.MaxDigests} of 64 hexadecimal characters.");
    }
}

internal sealed class GetPrivateHandler(PrivateParts parts)
    : IRequestHandler<GetPrivate, IReadOnlyList<ReadOnlyMemory<byte>>>
{
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Handle(
        GetPrivate request, CancellationToken cancellationToken)
    {
        var contents = new List<ReadOnlyMemory<byte>>(request.Digests.Count);
        foreach (var digest in request.Digests)
        {
            contents.Add(await parts.FindAsync(request.Scope, digest, cancellationToken) ?? []);
        }

        return contents;
    }
}
