using Flyteidl2.Project;
using Flyteidl2.Task;
using Union.Core.ControlPlane.Listing;
using Union.Core.ControlPlane.Projects;

namespace Union.Host.Api.Projects;

/// <summary>What the control plane stores of projects, as messages of the contract.</summary>
internal static class ProjectMessages
{
    public static IReadOnlyDictionary<string, string> Labels(Project project) =>
        project.Labels is null ? new Dictionary<string, string>() : new Dictionary<string, string>(project.Labels.Values);

    public static Project Of(ProjectRow row)
    {
        var project = new Project
        {
            Org = row.Org,
            Id = row.Name,
            Name = row.Title,
            Description = row.Description,
            Labels = new Labels(),
            State = row.State == 0 ? ProjectState.Active : ProjectState.Archived,
        };
        foreach (var (key, value) in LabelText.Read(row.Labels))
        {
            project.Labels.Values.Add(key, value);
        }

        project.Domains.AddRange(Core.ControlPlane.Projects.Domains.All.Select(d => new Domain { Id = d, Name = d }));
        return project;
    }
}
