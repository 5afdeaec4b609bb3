using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Keeps the private part of a message; answers its keyed digest. Same content, same digest, one object.</summary>
public sealed record PutPrivate(ProjectScope Scope, ReadOnlyMemory<byte> Content)
    : IUseCase<string>, ISystemRequest, IAudited
{
    public const int MaxBytes = 1 << 20;

    public string AuditedResource => $"private part in {Scope}";
}

internal sealed class PutPrivateValidator : AbstractValidator<PutPrivate>
{
    public PutPrivateValidator()
    {
        RuleFor(c => c.Scope.Org).ResourceName();
        RuleFor(c => c.Scope.Project).ResourceName();
        RuleFor(c => c.Scope.Domain).ResourceName();
        RuleFor(c => c.Content).Must(c => c.Length <= PutPrivate.MaxBytes)
            .WithMessage($"A private part has at most {PutPrivate.MaxBytes} bytes.");
    }
}

internal sealed class PutPrivateHandler(IObjectStore store, ObjectLayout layout, KeyedDigest digests)
    : IRequestHandler<PutPrivate, string>
{
    public async Task<string> Handle(PutPrivate request, CancellationToken cancellationToken)
    {
        var digest = digests.Of(request.Scope.Org, request.Content.Span);
        await store.EnsureAsync(layout.Private(request.Scope, digest), request.Content, cancellationToken);
        return digest;
    }
}
