using Flyteidl2.Project;
using Grpc.Core;
using MediatR;
using Union.Core.ControlPlane.Projects;

namespace Union.Host.Api;

internal sealed class ProjectApi(IMediator mediator) : ProjectService.ProjectServiceBase
{
    public override async Task<ListProjectsResponse> ListProjects(
        ListProjectsRequest request, ServerCallContext context)
    {
        var projects = await mediator.Send(new ListProjects(), context.CancellationToken);
        var response = new ListProjectsResponse { Projects = new Projects() };
        response.Projects.Projects_.AddRange(projects.Select(ToMessage));
        return response;
    }

    private static Project ToMessage(ProjectRow row)
    {
        var project = new Project
        {
            Org = row.Org,
            Id = row.Name,
            Name = row.Name,
            State = row.State == 0 ? ProjectState.Active : ProjectState.Archived,
        };
        project.Domains.AddRange(Core.ControlPlane.Projects.Domains.All.Select(d => new Domain { Id = d, Name = d }));
        return project;
    }
}
