using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Policy;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Lets a client upload one file, whose MD5 it must know, without these bytes passing any plane.</summary>
public sealed record CreateUploadLocation(
    string Project, string Domain, string FileName, ReadOnlyMemory<byte> ContentMd5, long? ContentLength,
    TimeSpan? ExpiresIn) : IUseCase<UploadLocation>, IUserRequest, IAudited
{
    /// <summary>
    /// The common folder of several files, whose names may then have folders of their own; empty for a single file, which
    /// is addressed by its digest.
    /// </summary>
    public string Folder { get; init; } = "";

    public Verb Verb => Verb.DataWrite;

    public string AuditedResource => $"upload location in {Project}/{Domain}";
}

public sealed record UploadLocation(PresignedRequest Upload, Reference Reference);

internal sealed class CreateUploadLocationValidator : AbstractValidator<CreateUploadLocation>
{
    public CreateUploadLocationValidator(DataPolicy policy)
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.FileName)
            .Must((c, f) => f is { Length: <= 255 } && ObjectKey.TryParse(f, out _)
                && (c.Folder.Length > 0 || !f.Contains('/', StringComparison.Ordinal)))
            .WithMessage("FileName must be a plain file name of at most 255 characters.");
        RuleFor(c => c.Folder)
            .Must(f => f.Length == 0 || (f.Length <= 255 && ObjectKey.TryParse(f, out _)))
            .WithMessage("The folder must be a relative path of at most 255 characters, without '.' or '..' in it.");
        RuleFor(c => c.ContentMd5).Must(d => d.Length == 16).WithMessage("ContentMd5 must be the 16 bytes of an MD5.");
        RuleFor(c => c.ContentLength).Must(l => l is null || (l >= 0 && l <= policy.UploadMax))
            .WithMessage($"ContentLength must be 0 to {policy.UploadMax}.");
        RuleFor(c => c.ExpiresIn).WholeSeconds();
    }
}

internal sealed class CreateUploadLocationHandler(
    Caller caller, IObjectStore store, ObjectLayout layout, Presigner presigner)
    : IRequestHandler<CreateUploadLocation, UploadLocation>
{
    public async Task<UploadLocation> Handle(CreateUploadLocation request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        var key = request.Folder.Length == 0
            ? layout.Code(scope, request.ContentMd5.Span, request.FileName)
            : layout.Upload(scope, request.Folder, request.FileName);

        // Not create-only: stock clients upload the same bundle again and take a 412 for a failure. The signed digest
        // in a key that holds it says the same; where a store cannot bind one, UploadedCode looks before the first use.
        // The key of a file in a folder says nothing of its content, so such a store refuses it.
        var can = store.Capabilities;
        var grant = new PresignGrant(PresignVerb.Put, key, presigner.LifetimeOf(request.ExpiresIn, key))
        {
            ContentMd5 = can.PresignBindsContentMd5 || request.Folder.Length > 0 ? request.ContentMd5 : (ReadOnlyMemory<byte>?)null,
            ContentLength = can.PresignBindsContentLength ? request.ContentLength : null,
        };
        return new UploadLocation(await presigner.SignAsync(grant, cancellationToken), store.ReferenceTo(key));
    }
}
