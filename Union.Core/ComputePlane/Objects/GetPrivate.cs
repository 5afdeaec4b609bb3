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
        RuleFor(c => c.Digests).Must(d => d.Count <= GetPrivate.MaxDigests && d.All(KeyedDigest.IsDigest))
            .WithMessage($"Digests must be at most {GetPrivate.MaxDigests} of 64 hexadecimal characters.");
    }
}

internal sealed class GetPrivateHandler(IObjectStore store, ObjectLayout layout, KeyedDigest digests)
    : IRequestHandler<GetPrivate, IReadOnlyList<ReadOnlyMemory<byte>>>
{
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Handle(
        GetPrivate request, CancellationToken cancellationToken)
    {
        var contents = new List<ReadOnlyMemory<byte>>(request.Digests.Count);
        foreach (var digest in request.Digests)
        {
            var key = layout.Private(request.Scope, digest);
            var content = await store.ReadAsync(key, PutPrivate.MaxBytes, cancellationToken);

            // Whoever can write to the bucket must not be able to change a command line.
            if (content is not null && digests.Of(request.Scope.Org, content) != digest)
            {
                throw new UnionException(
                    ErrorCode.DataLoss, "private_part_damaged", $"Private part {digest} does not match its digest.",
                    "Restore the object from the bucket's versions.");
            }

            contents.Add(content ?? []);
        }

        return contents;
    }
}
