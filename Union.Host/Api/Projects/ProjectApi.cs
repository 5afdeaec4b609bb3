using Flyteidl2.Project;
using Grpc.Core;
using MediatR;
using Union.Core.ControlPlane.Projects;

namespace Union.Host.Api.Projects;

internal sealed class ProjectApi(IMediator mediator) : ProjectService.ProjectServiceBase
{
    public override async Task<CreateProjectResponse> CreateProject(
        CreateProjectRequest request, ServerCallContext context)
    {
        var project = request.Project ?? new Project();
        await mediator.Send(
            new CreateProject(project.Id, project.Name, project.Description, ProjectMessages.Labels(project)),
            context.CancellationToken);
        return new CreateProjectResponse();
    }

    public override async Task<UpdateProjectResponse> UpdateProject(
        UpdateProjectRequest request, ServerCallContext context)
    {
        var project = request.Project ?? new Project();
        await mediator.Send(
            new UpdateProject(
                project.Id, project.Name, project.Description,
                project.Labels is null ? null : ProjectMessages.Labels(project),
                project.State is ProjectState.Archived or ProjectState.SystemArchived),
            context.CancellationToken);
        return new UpdateProjectResponse();
    }

    public override async Task<GetProjectResponse> GetProject(GetProjectRequest request, ServerCallContext context) =>
        new()
        {
            Project = ProjectMessages.Of(await mediator.Send(new GetProject(request.Id), context.CancellationToken)),
        };

    public override async Task<ListProjectsResponse> ListProjects(
        ListProjectsRequest request, ServerCallContext context)
    {
        var asked = ProjectListRequest.Read(request);
        var page = await mediator.Send(asked.List, context.CancellationToken);
        var response = new ListProjectsResponse { Projects = new Flyteidl2.Project.Projects { Token = asked.TokenOf(page) } };
        response.Projects.Projects_.AddRange(page.Rows.Select(ProjectMessages.Of));
        return response;
    }
}
