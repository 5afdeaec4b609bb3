using FluentValidation;
using Flyteidl2.Task;
using Google.Protobuf;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.Pipeline;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Keeps the inputs of a run to come; the control plane learns where they are and a keyed digest.</summary>
public sealed record UploadInputs(string Project, string Domain, Inputs Inputs)
    : IUseCase<UploadedInputs>, IUserRequest, IAudited
{
    public Verb Verb => Verb.DataWrite;

    public string AuditedResource => $"inputs in {Project}/{Domain}";

    /// <summary>Inputs that make no difference to a cached result.</summary>
    public IReadOnlyList<string> NotInDigest { get; init; } = [];

    public override string ToString() => $"{nameof(UploadInputs)} {AuditedResource}";
}

/// <param name="Folder">The folder that inputs.pb lies in.</param>
/// <param name="Digest">Keyed; equal for inputs that differ only in what makes no difference.</param>
public sealed record UploadedInputs(Reference Folder, string Digest);

internal sealed class UploadInputsValidator : AbstractValidator<UploadInputs>
{
    public UploadInputsValidator()
    {
        RuleFor(c => c.Project).ResourceName();
        RuleFor(c => c.Domain).ResourceName();
        RuleFor(c => c.Inputs).Must(i => i.CalculateSize() <= StoredMessages.MaxBytes)
            .WithMessage($"Inputs have at most {StoredMessages.MaxBytes} bytes; upload larger values as files.");
        RuleFor(c => c.Inputs).Must(i => i.Literals.All(l => Names.IsVariable(l.Name)))
            .WithMessage("Every input needs a name of A-Z a-z 0-9 _ that begins with no digit.");
        RuleFor(c => c.Inputs).Must(i => i.Literals.Select(l => l.Name).Distinct().Count() == i.Literals.Count)
            .WithMessage("No two inputs may have the same name.");
    }
}

internal sealed class UploadInputsHandler(
    Caller caller, IObjectStore store, ObjectLayout layout, ProjectFence fence, KeyedDigest digests)
    : IRequestHandler<UploadInputs, UploadedInputs>
{
    public async Task<UploadedInputs> Handle(UploadInputs request, CancellationToken cancellationToken)
    {
        var scope = new ProjectScope(caller.Principal.Org, request.Project, request.Domain);
        foreach (var (name, uri) in LiteralReferences.In(request.Inputs.Literals))
        {
            fence.Resolve(scope, uri, $"input {name}");
        }

        var content = request.Inputs.ToByteArray();
        var digest = digests.Of(scope.Org, content);
        var folder = layout.Inputs(scope, digest);
        await store.EnsureAsync(folder.Append("inputs.pb"), content, cancellationToken);
        return new UploadedInputs(store.ReferenceTo(folder), request.NotInDigest.Count == 0 ? digest : DigestOf(scope, request));
    }

    private string DigestOf(ProjectScope scope, UploadInputs request)
    {
        var rest = new Inputs();
        rest.Literals.AddRange(request.Inputs.Literals.Where(l => !request.NotInDigest.Contains(l.Name)));
        return digests.Of(scope.Org, rest.ToByteArray());
    }
}
