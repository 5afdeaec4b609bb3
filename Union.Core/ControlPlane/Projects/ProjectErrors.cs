using Union.Core.Boundary;

namespace Union.Core.ControlPlane.Projects;

internal static class ProjectErrors
{
    public static UnionException NoSuchProject(string project) => new(
        ErrorCode.NotFound, "project_unknown", $"There is no project {project}.", "The project 'default' always exists.");

    public static UnionException Archived(string project) => new(
        ErrorCode.FailedPrecondition, "project_archived", $"The project {project} is archived.",
        "'union project activate' makes it active again.");

    public static UnionException Exists(string project) => new(
        ErrorCode.AlreadyExists, "project_exists", $"There is a project {project} already.", "Choose another name.");
}
