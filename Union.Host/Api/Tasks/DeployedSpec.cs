using Flyteidl2.Core;
using Flyteidl2.Task;

namespace Union.Host.Api.Tasks;

internal static class DeployedSpec
{
    /// <summary>The spec under the name and version that it is deployed as, whatever it calls itself.</summary>
    public static TaskSpec Of(DeployTaskRequest request)
    {
        var id = request.TaskId ?? new TaskIdentifier();
        var spec = request.Spec?.Clone() ?? new TaskSpec();
        spec.TaskTemplate ??= new TaskTemplate();
        spec.TaskTemplate.Id = new Identifier
        {
            ResourceType = ResourceType.Task,
            Org = id.Org,
            Project = id.Project,
            Domain = id.Domain,
            Name = id.Name,
            Version = id.Version,
        };
        return spec;
    }
}
