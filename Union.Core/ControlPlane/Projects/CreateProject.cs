using FluentValidation;
using MediatR;
using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Projects;

/// <summary>Makes a project; it has every domain from the start.</summary>
/// <param name="Name">Stands in paths and references, so it never changes.</param>
/// <param name="Title">What people call it; empty is its name.</param>
/// <param name="Description">Typed for the control plane, which stores it: at most 512 characters.</param>
public sealed record CreateProject(
    string Name, string Title, string Description, IReadOnlyDictionary<string, string> Labels)
    : IUseCase<ProjectRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ProjectsAdmin;

    public string? Project => null;

    public string? Domain => null;

    public string AuditedResource => $"project {Name}";
}

internal sealed class CreateProjectValidator : AbstractValidator<CreateProject>
{
    public CreateProjectValidator()
    {
        RuleFor(c => c.Name).Must(Names.IsResource)
            .WithMessage("A project's name has 1 to 63 letters, digits, dots, dashes and underscores.");
        RuleFor(c => c.Title).MaximumLength(128).WithMessage("A title may have 128 characters.");
        RuleFor(c => c.Description).MaximumLength(512).WithMessage("A description may have 512 characters.");
        RuleFor(c => c.Labels).Must(LabelText.AreValid).WithMessage(LabelText.Rule);
    }
}

internal sealed class CreateProjectHandler(MetadataDatabase database, Caller caller, TimeProvider time)
    : IRequestHandler<CreateProject, ProjectRow>
{
    public async Task<ProjectRow> Handle(CreateProject request, CancellationToken cancellationToken)
    {
        var project = new ProjectRow(
            caller.Principal.Org, request.Name, 0, time.GetUtcNow().ToMicros(),
            request.Title.Length == 0 ? request.Name : request.Title, request.Description,
            LabelText.Write(request.Labels));
        return await database.WriteAsync(
            project.Org,
            async session => await ProjectStore.TryInsertAsync(session, project)
                ? project
                : throw ProjectErrors.Exists(request.Name),
            cancellationToken);
    }
}
