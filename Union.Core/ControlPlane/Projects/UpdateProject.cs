using FluentValidation;
using MediatR;
using Union.Core.Boundary.Identity;
using Union.Core.ControlPlane.Database;
using Union.Core.ControlPlane.Listing;
using Union.Core.Pipeline;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Projects;

/// <summary>
/// Changes what is said of a project, or archives it: then nothing new is started in it, what runs goes on, and all of it
/// can still be read.
/// </summary>
/// <param name="Title">Empty leaves it.</param>
/// <param name="Description">Empty leaves it.</param>
/// <param name="Labels">Null leaves them.</param>
public sealed record UpdateProject(
    string Name, string Title, string Description, IReadOnlyDictionary<string, string>? Labels, bool Archived)
    : IUseCase<ProjectRow>, IUserRequest, IAudited
{
    public Verb Verb => Verb.ProjectsAdmin;

    public string? Project => Name;

    public string? Domain => null;

    public string AuditedResource => $"project {Name}";
}

internal sealed class UpdateProjectValidator : AbstractValidator<UpdateProject>
{
    public UpdateProjectValidator()
    {
        RuleFor(c => c.Title).MaximumLength(128).WithMessage("A title may have 128 characters.");
        RuleFor(c => c.Description).MaximumLength(512).WithMessage("A description may have 512 characters.");
        RuleFor(c => c.Labels).Must(l => l is null || LabelText.AreValid(l)).WithMessage(LabelText.Rule);
    }
}

internal sealed class UpdateProjectHandler(MetadataDatabase database, Caller caller)
    : IRequestHandler<UpdateProject, ProjectRow>
{
    public Task<ProjectRow> Handle(UpdateProject request, CancellationToken cancellationToken) =>
        database.WriteAsync(caller.Principal.Org, session => UpdateAsync(session, request), cancellationToken);

    private async Task<ProjectRow> UpdateAsync(Session session, UpdateProject request)
    {
        var project = await ProjectStore.FindAsync(session, caller.Principal.Org, request.Name)
            ?? throw ProjectErrors.NoSuchProject(request.Name);
        project = project with
        {
            State = request.Archived ? 1 : 0,
            Title = request.Title.Length > 0 ? request.Title : project.Title,
            Description = request.Description.Length > 0 ? request.Description : project.Description,
            Labels = request.Labels is null ? project.Labels : LabelText.Write(request.Labels),
        };
        await ProjectStore.UpdateAsync(session, project);
        return project;
    }
}
