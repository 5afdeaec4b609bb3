using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Keeps the private part of a message; answers its keyed digest. Same content, same digest, one object.</summary>
public sealed record PutPrivate(ProjectScope Scope, ReadOnlyMemory<byte> Content)
    : IUseCase<string>, ISystemRequest, IAudited
{
    public string AuditedResource => $"private part in {Scope}";
}

internal sealed class PutPrivateValidator : AbstractValidator<PutPrivate>
{
    public PutPrivateValidator()
    {
        RuleFor(c => c.Scope.Org).ResourceName();
        RuleFor(c => c.Scope.Project).ResourceName();
        RuleFor(c => c.Scope.Domain).ResourceName();
        RuleFor(c => c.Content).Must(c => c.Length <= PrivateParts.MaxBytes)
            .WithMessage($"A private part has at most {PrivateParts.MaxBytes} bytes.");
    }
}

internal sealed class PutPrivateHandler(PrivateParts parts) : IRequestHandler<PutPrivate, string>
{
    public Task<string> Handle(PutPrivate request, CancellationToken cancellationToken) =>
        parts.PutAsync(request.Scope, request.Content, cancellationToken);
}
